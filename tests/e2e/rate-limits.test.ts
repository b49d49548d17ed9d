import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const SET = `mutation ($input: SetRateLimitInput!) {
  setRateLimit(input: $input) { rateLimits { operation limit windowSeconds remaining resetsAt } } }`;
const LIMITS = '{ rateLimits { operation limit windowSeconds remaining resetsAt } }';
const ASK = '{ tenant { id } }';
const HOUR = 3_600;

let tenant: TestTenant;
let client: TestClient;

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

const setLimit = (operation: string, limit: number | null, windowSeconds = HOUR) =>
  client.ask(SET, { input: { operation, limit, windowSeconds } });
async function makeKey(input: Record<string, unknown> = {}): Promise<TestClient> {
  const make = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
  const { createApiKey } = await client.ask(make, { input: { name: 'k', roles: ['ADMIN'], ...input } });
  return client.withKey(createApiKey.secret);
}
/** Asks until the answer has this status, as it has once a new limit is in force. */
async function askUntil(status: number, key: TestClient): Promise<void> {
  while ((await key.send(ASK)).status !== status);
}

describe('a limit of 10 an hour on tenant', () => {
  let one: TestClient;
  let other: TestClient;
  beforeAll(async () => {
    [one, other] = await Promise.all([makeKey(), makeKey()]);
    await setLimit('tenant', 10);
    await askUntil(429, await makeKey());
  });

  test('lets exactly 10 of 100 parallel requests of one key through, and 10 more of another', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => one.send(ASK)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const [refused] = answers.find(({ status }) => status === 429)?.errors ?? [];
    expect(refused?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      details: { operation: 'tenant', limit: 10, remaining: 0 },
    });
    expect(new Date(String(refused?.extensions.details.resetsAt)).getTime()).toBeGreaterThan(Date.now());
    const aliases = Array.from({ length: 10 }, (_, n) => `a${n}: tenant { id }`).join(' ');
    expect((await other.send(`{ ${aliases} }`)).status).toBe(200);
    expect(await other.codeOf(ASK)).toBe('RATE_LIMITED');
  });

  test('is what rateLimits shows to each key with its own rest, without counting the look', async () => {
    for (let n = 0; n < 2; n++) {
      const { rateLimits } = await one.ask(LIMITS);
      expect(rateLimits).toEqual([
        { operation: 'tenant', limit: 10, windowSeconds: HOUR, remaining: 0, resetsAt: expect.any(String) },
      ]);
    }
    expect((await (await makeKey()).ask(LIMITS)).rateLimits[0].remaining).toBe(10);
  });

  test('holds nobody of another tenant back', async () => {
    const stranger = await createTestTenant();
    expect((await stranger.client.ask(LIMITS)).rateLimits).toEqual([]);
    for (let n = 0; n < 11; n++) await stranger.client.ask(ASK);
  });

  test('is gone when it is set to null', async () => {
    expect((await setLimit('tenant', null)).setRateLimit.rateLimits).toEqual([]);
    await askUntil(200, one);
  });
});

describe('setRateLimit refuses', () => {
  test.each([
    ['a name that is no root field', { operation: 'createMemroy', limit: 1 }, 'input.operation'],
    ['a limit of 0', { operation: 'tenant', limit: 0 }, 'input.limit'],
    ['a limit of -1', { operation: 'tenant', limit: -1 }, 'input.limit'],
    ['a limit of 100 001', { operation: 'tenant', limit: 100_001 }, 'input.limit'],
    ['a window of 0 s', { operation: 'tenant', limit: 1, windowSeconds: 0 }, 'input.windowSeconds'],
    ['a window of 86 401 s', { operation: 'tenant', limit: 1, windowSeconds: 86_401 }, 'input.windowSeconds'],
  ])('%s with BAD_USER_INPUT naming the field', async (_, input, field) => {
    const { errors } = await client.send(SET, { input });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });

  test('a key that is bound to a project with FORBIDDEN', async () => {
    const bound = await makeKey({ projectId: tenant.projectId });
    expect(await bound.codeOf(SET, { input: { operation: 'tenant', limit: 1 } })).toBe('FORBIDDEN');
  });
});
