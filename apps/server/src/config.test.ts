import { describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

describe('readConfig', () => {
  test('an empty environment is the whole server on the embedded database at 127.0.0.1:4000', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 4_000,
      production: false,
      databaseUrl: null,
      redisUrl: null,
    });
    expect([...readConfig({}).roles]).toEqual(['gateway', 'memory', 'governance', 'worker']);
  });

  test('an empty value counts as left out', () => {
    expect(readConfig({ PORT: '', RAE_ENV: ' ', DATABASE_URL: '' })).toEqual(readConfig({}));
  });

  test('a secret and the one before it are both kept', () => {
    const [secret, before] = ['n'.repeat(32), 'o'.repeat(32)];
    const environment = { RAE_INTERNAL_SECRET: secret, RAE_INTERNAL_SECRET_PREVIOUS: before };
    expect(readConfig(environment)).toMatchObject({ internalSecret: secret, previousSecret: before });
    expect(readConfig({}).previousSecret).toBeNull();
  });

  test('RAE_SUBGRAPHS and RAE_INDEX_MEMORY are read in their own form', () => {
    const config = readConfig({
      RAE_SUBGRAPHS: 'memory=http://m:1/memory/graphql?a=b, governance=http://g:2/x',
      RAE_INDEX_MEMORY: '512MB',
    });
    expect(config.subgraphs).toEqual({ memory: 'http://m:1/memory/graphql?a=b', governance: 'http://g:2/x' });
    expect(config.indexBytes).toBe(512 * 2 ** 20);
  });

  test('RAE_RATE_LIMITS is off, a list of calls per s, min, h or day, or null when left out', () => {
    const read = (RAE_RATE_LIMITS: string) => readConfig({ RAE_RATE_LIMITS }).rateLimits;
    expect(read('off')).toEqual([]);
    expect(read('')).toBeNull();
    expect(read('createMemory=30/min, ask=2/day')).toEqual([
      { operation: 'createMemory', limit: 30, windowSeconds: 60 },
      { operation: 'ask', limit: 2, windowSeconds: 86_400 },
    ]);
    for (const wrong of ['createMemory', 'ask=0/min', 'ask=-1/min', 'ask=1/week', 'ask=100000/s', 'off,ask=1/s', ','])
      expect(() => read(wrong)).toThrow('RAE_RATE_LIMITS takes off, or limits of root fields');
  });

  test.each([
    [{ PORT: 'seventy' }, 'PORT takes a port, 0 for any free one; “seventy” is not that.'],
    [{ PORT: '70000' }, 'PORT takes a port, 0 for any free one; “70000” is not that.'],
    [
      { ROLES: 'memory,queen' },
      'ROLES takes all, or some of gateway, memory, governance, worker with commas; “memory,queen” is not that.',
    ],
    [
      { ROLES: 'gateway' },
      'ROLES names parts alone, which need DATABASE_URL and REDIS_URL; set both, or leave ROLES out.',
    ],
    [{ RAE_INDEX_MEMORY: 'lots' }, 'RAE_INDEX_MEMORY takes a number with MB or GB; “lots” is not that.'],
    [{ RAE_SUBGRAPHS: 'memory' }, 'RAE_SUBGRAPHS takes name=url pairs with commas; “memory” is not that.'],
    [
      { DATABASE_URL: 'mysql://u:hidden@x/y' },
      'DATABASE_URL takes postgres://user:password@host:port/database; what was given is not that.',
    ],
    [
      { DATABASE_URL: 'postgres://x/y' },
      'RAE_INTERNAL_SECRET is needed with DATABASE_URL: at least 32 characters, the same for every process.',
    ],
    [{ RAE_JWT_SECRET: 'short' }, 'RAE_JWT_SECRET takes at least 32 characters; what was given is not that.'],
    [
      { RAE_JWT_SECRET: 'x'.repeat(32), RAE_JWT_JWKS_URL: 'https://x/y' },
      'RAE_JWT_SECRET and RAE_JWT_JWKS_URL exclude each other; set one of them.',
    ],
    [
      { RAE_ADMIN_KEY: 'secret' },
      'RAE_ADMIN_KEY takes rae_ and at least 32 letters, digits, - or _; what was given is not that.',
    ],
    [{ RAE_EVENT_DAYS: '0' }, 'RAE_EVENT_DAYS takes 1 to 3650; “0” is not that.'],
    [{ RAE_EMBED_MODEL: 'gpt' }, 'RAE_EMBED_MODEL takes provider/model'],
  ])('%j is refused in one sentence that says what is right and repeats no secret', (environment, sentence) => {
    expect(() => readConfig(environment)).toThrow(sentence);
  });

  test('a gateway that is told where no subgraph is asks for RAE_SUBGRAPHS', () => {
    const parts = {
      ROLES: 'gateway',
      DATABASE_URL: 'postgres://x/y',
      REDIS_URL: 'redis://x',
      RAE_INTERNAL_SECRET: 'x'.repeat(32),
    };
    expect(() => readConfig(parts)).toThrow('RAE_SUBGRAPHS must say where memory and governance is');
  });
});
