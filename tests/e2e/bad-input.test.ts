import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const CREATE = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id content } } }`;
const COUNT = '{ memories(filter: { statuses: [ACTIVE, ARCHIVED, SUPERSEDED] }) { totalCount } }';

let tenant: TestTenant;
let client: TestClient;
const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
const query = (levels: number): string =>
  levels === 0
    ? 'id'
    : `project { tenant { projects { nodes { id ${'tenant { projects { nodes { id '.repeat(levels)}${'} } } '.repeat(levels)} } } } }`;

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

describe('createMemory refuses', () => {
  const inputs: [string, object, string][] = [
    ['empty content', { content: '' }, 'input.content'],
    ['blank content', { content: ' \n\t ' }, 'input.content'],
    ['65 537 characters', { content: 'x'.repeat(65_537) }, 'input.content'],
    ['1 MiB of content', { content: 'x'.repeat(1_048_576) }, 'input.content'],
    ['a NUL byte', { content: 'a\0b' }, 'input.content'],
    ['an unpaired surrogate', { content: 'a\ud800b' }, 'input.content'],
    ['100 000 tags', { content: 'x', tags: Array.from({ length: 100_000 }, (_, at) => `t${at}`) }, 'input.tags'],
    ['an empty tag', { content: 'x', tags: ['ok', ''] }, 'input.tags[1]'],
    ['importance of 1.5', { content: 'x', importance: 1.5 }, 'input.importance'],
    ['importance of -0.1', { content: 'x', importance: -0.1 }, 'input.importance'],
    ['metadata that is a list', { content: 'x', metadata: [1] }, 'input.metadata'],
    ['metadata of 33 levels', { content: 'x', metadata: nested(33) }, 'input.metadata'],
    ['metadata of 65 537 bytes', { content: 'x', metadata: { a: 'x'.repeat(65_537) } }, 'input.metadata'],
    ['metadata with a NUL byte', { content: 'x', metadata: { a: '\0' } }, 'input.metadata'],
    ['an embedding of 3 dimensions', { content: 'x', embedding: [1, 2, 3] }, 'input.embedding'],
    ['an embedding of zeros', { content: 'x', embedding: Array.from({ length: 512 }, () => 0) }, 'input.embedding'],
    [
      'validTo before validFrom',
      { content: 'x', validFrom: '2026-01-02T00:00:00Z', validTo: '2026-01-01T00:00:00Z' },
      'input.validTo',
    ],
    ['a projectId that is no UUID', { content: 'x', projectId: 'default' }, 'input.projectId'],
    ['no projectId with a key of the whole tenant', { content: 'x', projectId: null }, 'input.projectId'],
    ['a sessionId of 257 characters', { content: 'x', sessionId: 'x'.repeat(257) }, 'input.sessionId'],
    ['an idempotencyKey of 201 characters', { content: 'x', idempotencyKey: 'x'.repeat(201) }, 'idempotencyKey'],
  ];
  test.each(inputs)('%s with BAD_USER_INPUT naming the field, and writes nothing', async (_, more, field) => {
    const before = (await client.ask(COUNT)).memories.totalCount;
    const { errors } = await client.send(CREATE, { input: { projectId: tenant.projectId, ...more } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
    expect(errors[0]?.extensions.stacktrace).toBeUndefined();
    expect((await client.ask(COUNT)).memories.totalCount).toBe(before);
  });

  test('an unknown enum value, a date that is none and an unknown field with BAD_USER_INPUT', async () => {
    for (const wrong of [
      { layer: 'SOMETIMES' },
      { occurredAt: 'yesterday' },
      { occurredAt: '2026-13-01T00:00:00Z' },
      { unknown: 1 },
    ])
      expect(await client.codeOf(CREATE, { input: { projectId: tenant.projectId, content: 'x', ...wrong } })).toBe(
        'BAD_USER_INPUT',
      );
  });

  test('nothing of 65 536 characters, emoji and right-to-left text, which come back as they were', async () => {
    for (const content of ['x'.repeat(65_536), '🦔🦔 👩‍👩‍👧', 'שלום עולם', 'a\u202eb'])
      expect(
        (await client.ask(CREATE, { input: { projectId: tenant.projectId, content } })).createMemory.memory.content,
      ).toBe(content);
  });
});

describe('reading refuses', () => {
  test.each([0, -1, 201, 1_000_000_000])('first: %i with BAD_USER_INPUT and the limit', async (first) => {
    const { errors } = await client.send('query ($first: Int!) { memories(first: $first) { nodes { id } } }', {
      first,
    });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field: 'first', limit: 200, given: first },
    });
  });

  test.each([0, -1, 201, 1_000_000_000])('limit: %i with BAD_USER_INPUT and the limit', async (limit) => {
    const { errors } = await client.send(
      'query ($limit: Int!) { searchMemories(input: { query: "x", limit: $limit }) { tookMs } }',
      { limit },
    );
    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { field: 'input.limit', limit: 200 },
    });
  });

  test('an empty query, a query with a NUL byte and minScore 2 with BAD_USER_INPUT', async () => {
    for (const input of [{ query: '' }, { query: 'a\0' }, { query: 'x', minScore: 2 }])
      expect(
        await client.codeOf('query ($input: SearchMemoriesInput!) { searchMemories(input: $input) { tookMs } }', {
          input,
        }),
      ).toBe('BAD_USER_INPUT');
  });

  test('an id that is no UUID with BAD_USER_INPUT', async () => {
    for (const id of ['', 'x', "'; drop table memory.memory; --", '\0'])
      expect(await client.codeOf('query ($id: ID!) { memory(id: $id) { id } }', { id })).toBe('BAD_USER_INPUT');
  });
});

describe('the gateway refuses', () => {
  const post = (body: string | undefined, headers: Record<string, string> = {}) =>
    fetch(client.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${client.key}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const codeOf = async (response: Response): Promise<string> => {
    const { errors } = (await response.json()) as { errors: { extensions: { code: string; stacktrace?: unknown } }[] };
    expect(errors[0]?.extensions.stacktrace).toBeUndefined();
    return errors[0]?.extensions.code ?? '';
  };

  test('1 000 aliases, 50 levels and 10 000 tokens with QUERY_TOO_COMPLEX', async () => {
    const aliases = Array.from({ length: 1_000 }, (_, at) => `a${at}: __typename`).join(' ');
    const { viewer } = { viewer: `{ viewer { ${query(16)} } }` };
    const tokens = `{ viewer { ${'actor '.repeat(10_000)} } }`;
    for (const text of [`{ ${aliases} }`, viewer, tokens]) expect(await client.codeOf(text)).toBe('QUERY_TOO_COMPLEX');
  });

  test('a body that is not JSON with 400, and one of 100 MB with 413', async () => {
    const broken = await post('{"query": ');
    expect([broken.status, await codeOf(broken)]).toEqual([400, 'BAD_USER_INPUT']);
    const huge = await post(`{"query":"{ viewer { actor } }","x":"${'x'.repeat(100 * 1024 * 1024)}"}`).catch(
      () => null,
    );
    // The server answers as soon as it knows and closes; a client that is still writing may see only the close.
    if (huge) expect([huge.status, await codeOf(huge)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect((await client.ask('{ viewer { actor } }')).viewer.actor).toMatch(/^key:/);
  });

  const claims = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  test.each([
    ['none', ''],
    ['an unknown key', `Bearer rae_${'x'.repeat(43)}`],
    [
      'an alg:none token',
      `Bearer ${claims({ alg: 'none', typ: 'JWT' })}.${claims({ sub: 'a', tenant_id: 'b', roles: ['ADMIN'], exp: 9e9 })}.`,
    ],
    ['a forged token', `Bearer ${claims({ alg: 'HS256' })}.${claims({ sub: 'a', exp: 9e9 })}.${'A'.repeat(43)}`],
    ['basic credentials', 'Basic YTpi'],
  ])('%s as credential with 401 UNAUTHENTICATED', async (_, authorization) => {
    const response = await post('{"query":"{ viewer { actor } }"}', { authorization });
    expect([response.status, await codeOf(response)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('an expired and a revoked key with UNAUTHENTICATED, the revoked one within a second', async () => {
    const make = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }`;
    const { createApiKey } = await client.ask(make, { input: { name: 'short', roles: ['READER'] } });
    const reader = client.withKey(createApiKey.secret);
    expect((await reader.ask('{ viewer { roles } }')).viewer.roles).toEqual(['READER']);
    expect(await reader.codeOf(CREATE, { input: { projectId: tenant.projectId, content: 'x' } })).toBe('FORBIDDEN');
    await client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id } } }', { id: createApiKey.apiKey.id });
    const revokedAt = Date.now();
    let works = true;
    while (works) works = (await reader.send('{ viewer { actor } }')).errors.length === 0;
    expect(Date.now() - revokedAt).toBeLessThan(1_000);
    expect(
      await client.codeOf(make, { input: { name: 'past', roles: ['READER'], expiresAt: '2020-01-01T00:00:00Z' } }),
    ).toBe('BAD_USER_INPUT');
  });
});
