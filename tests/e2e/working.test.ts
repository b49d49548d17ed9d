import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const FIELDS =
  'id layer status content tags metadata importance expiresAt createdAt sessionId detectedPii maskedPii projectId';
const CREATE = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { cursor deduplicated memory { ${FIELDS} } } }`;
const CREATE_MANY = `mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor pendingEmbeddings results { memory { ${FIELDS} } } } }`;
const GET = `query ($id: ID!, $asOf: DateTime) { memory(id: $id, asOf: $asOf) { ${FIELDS} strength accessCount history { change } project { name } } }`;
const LIST = `query ($filter: MemoryFilter, $orderBy: MemoryOrder, $first: Int, $after: String) {
  memories(filter: $filter, orderBy: $orderBy, first: $first, after: $after) { totalCount nodes { content } pageInfo { hasNextPage endCursor } }
}`;
const UPDATE = `mutation ($input: UpdateMemoryInput!) { updateMemory(input: $input) { cursor memory { ${FIELDS} } } }`;
const DELETE = 'mutation ($id: ID!) { deleteMemory(id: $id) { id cursor } }';
const SEARCH = 'query ($input: SearchMemoriesInput!) { searchMemories(input: $input) { hits { memory { id } } } }';

let tenant: TestTenant;
let client: TestClient;
const input = (content: string, more: object = {}) => ({
  projectId: tenant.projectId,
  layer: 'WORKING',
  content,
  ...more,
});
const create = async (content: string, more: object = {}) =>
  (await client.ask(CREATE, { input: input(content, more) })).createMemory;
const listed = async (filter: object, more: object = {}): Promise<string[]> =>
  (await client.ask(LIST, { filter: { layers: ['WORKING'], ...filter }, first: 200, ...more })).memories.nodes.map(
    ({ content }: { content: string }) => content,
  );

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

describe('a WORKING memory', () => {
  test('lives 24 h unless told, is read by id and listed, and is in no search, list of lasting ones or log', async () => {
    const { memory, cursor, deduplicated } = await create('Draft: the heron reply.', {
      sessionId: 's1',
      tags: ['draft'],
    });
    expect([cursor, deduplicated]).toEqual([null, false]);
    const hours = (Date.parse(memory.expiresAt) - Date.parse(memory.createdAt)) / 3_600_000;
    expect(hours).toBe(24);
    const { memory: read } = await client.ask(GET, { id: memory.id });
    expect(read).toMatchObject({ ...memory, accessCount: 0, history: [], project: { name: 'default' } });
    expect(await listed({ sessionId: 's1' })).toEqual(['Draft: the heron reply.']);
    expect((await client.ask(SEARCH, { input: { query: 'heron reply' } })).searchMemories.hits).toEqual([]);
    expect((await client.ask(LIST, {})).memories.nodes).toEqual([]);
    expect(await client.codeOf(GET, { id: memory.id, asOf: new Date().toISOString() })).toBe('NOT_FOUND');
  });

  test('has secrets masked as any other, and lives as long as its ttlSeconds say', async () => {
    const key = `${'ghp_'}aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zCaB3d`;
    const { memory } = await create(`Use ${key}.`, { ttlSeconds: 120 });
    expect(memory).toMatchObject({ content: 'Use [API_KEY].', maskedPii: ['API_KEY'] });
    expect(Date.parse(memory.expiresAt) - Date.parse(memory.createdAt)).toBe(120_000);
    for (const ttlSeconds of [59, 31_536_001])
      expect(await client.codeOf(CREATE, { input: input('x', { ttlSeconds }) })).toBe('BAD_USER_INPUT');
  });

  test('is filtered, ordered and paged like the others', async () => {
    const inputs = Array.from({ length: 7 }, (_, at) =>
      input(`w${at}`, {
        sessionId: 'pages',
        importance: ((at * 3) % 7) / 10,
        tags: at % 2 ? ['odd'] : ['even'],
        metadata: { deep: { at } },
        validFrom: `2026-01-0${at + 1}T00:00:00Z`,
        validTo: `2026-01-0${at + 3}T00:00:00Z`,
      }),
    );
    const { createMemories } = await client.ask(CREATE_MANY, { inputs });
    expect(createMemories).toMatchObject({ cursor: null, pendingEmbeddings: 0 });
    const sessionId = 'pages';
    expect(await listed({ sessionId, tags: ['odd'] }, { orderBy: 'CREATED_AT_ASC' })).toEqual(['w1', 'w3', 'w5']);
    expect(await listed({ sessionId, metadata: { deep: { at: 4 } } })).toEqual(['w4']);
    expect(await listed({ sessionId, validAt: '2026-01-05T00:00:00Z' }, { orderBy: 'CREATED_AT_ASC' })).toEqual([
      'w3',
      'w4',
    ]);
    expect(await listed({ sessionId, minImportance: 0.5 }, { orderBy: 'IMPORTANCE_DESC' })).toEqual(['w2', 'w4']);
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const filter = { layers: ['WORKING'], sessionId };
      const { memories } = await client.ask(LIST, { filter, orderBy: 'STRENGTH_DESC', first: 3, after });
      seen.push(...memories.nodes.map(({ content }: { content: string }) => content));
      expect(memories.totalCount).toBe(7);
      ({ endCursor: after, hasNextPage: more } = memories.pageInfo);
    }
    expect(seen).toEqual(['w2', 'w4', 'w6', 'w1', 'w3', 'w5', 'w0']);
  });

  test('is changed where it lies and deleted for good, without a cursor', async () => {
    const { memory } = await create('Changed.', { tags: ['a'] });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { updateMemory } = await client.ask(UPDATE, { input: { id: memory.id, tags: ['b'], expiresAt } });
    expect(updateMemory).toMatchObject({ cursor: null, memory: { tags: ['b'], expiresAt, content: 'Changed.' } });
    expect((await client.ask(GET, { id: memory.id })).memory).toMatchObject({ tags: ['b'], expiresAt });
    expect(await client.codeOf(UPDATE, { input: { id: memory.id, expiresAt: null } })).toBe('BAD_USER_INPUT');
    expect((await client.ask(DELETE, { id: memory.id })).deleteMemory).toEqual({ id: memory.id, cursor: null });
    expect(await client.codeOf(GET, { id: memory.id })).toBe('NOT_FOUND');
  });

  test('is neither archived nor superseded, and what lasts is not superseded by it: CONFLICT, BAD_USER_INPUT', async () => {
    const { memory } = await create('Passing.');
    expect(await client.codeOf('mutation ($id: ID!) { archiveMemory(id: $id) { cursor } }', { id: memory.id })).toBe(
      'CONFLICT',
    );
    const supersede = 'mutation ($id: ID!, $by: CreateMemoryInput!) { supersedeMemory(id: $id, by: $by) { cursor } }';
    expect(await client.codeOf(supersede, { id: memory.id, by: { content: 'x' } })).toBe('CONFLICT');
    const { memory: lasting } = await create('Lasting.', { layer: 'EPISODIC' });
    expect(await client.codeOf(supersede, { id: lasting.id, by: { content: 'x', layer: 'WORKING' } })).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('does not mix with lasting layers in a write, a list or a search, and has no asOf: BAD_USER_INPUT', async () => {
    expect(await client.codeOf(CREATE_MANY, { inputs: [input('x'), input('y', { layer: 'SEMANTIC' })] })).toBe(
      'BAD_USER_INPUT',
    );
    expect(await client.codeOf(LIST, { filter: { layers: ['WORKING', 'EPISODIC'] } })).toBe('BAD_USER_INPUT');
    expect(await client.codeOf(SEARCH, { input: { query: 'x', filter: { layers: ['WORKING'] } } })).toBe(
      'BAD_USER_INPUT',
    );
    expect(await client.codeOf(LIST, { filter: { layers: ['WORKING'], asOf: '2026-01-01T00:00:00Z' } })).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('is written once under an idempotencyKey, and other input under it is IDEMPOTENCY_CONFLICT', async () => {
    const first = await create('Once.', { idempotencyKey: 'w-1' });
    expect(await create('Once.', { idempotencyKey: 'w-1' })).toEqual(first);
    expect(await client.codeOf(CREATE, { input: input('Twice.', { idempotencyKey: 'w-1' }) })).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  test('of another tenant, and of a project that a key is not bound to, is NOT_FOUND and in no list', async () => {
    const { memory } = await create('Mine alone.');
    const stranger = (await createTestTenant()).client;
    expect(await stranger.codeOf(GET, { id: memory.id })).toBe('NOT_FOUND');
    expect(await stranger.codeOf(DELETE, { id: memory.id })).toBe('NOT_FOUND');
    const { createProject } = await client.ask(
      'mutation { createProject(input: { name: "other" }) { project { id } } }',
    );
    const { createApiKey } = await client.ask(
      'mutation ($projectId: ID) { createApiKey(input: { name: "b", roles: [ADMIN], projectId: $projectId }) { secret } }',
      { projectId: createProject.project.id },
    );
    const bound = client.withKey(createApiKey.secret);
    expect(await bound.codeOf(GET, { id: memory.id })).toBe('NOT_FOUND');
    expect((await bound.ask(LIST, { filter: { layers: ['WORKING'] } })).memories.totalCount).toBe(0);
  });
});
