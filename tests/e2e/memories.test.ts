import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const CREATE = `mutation ($input: CreateMemoryInput!) {
  createMemory(input: $input) { cursor memory { id projectId layer status content role speaker source tags metadata userId agentId sessionId
    importance occurredAt validFrom validTo createdAt project { id name tenant { name } } } }
}`;
const CREATE_MANY = `mutation ($inputs: [CreateMemoryInput!]!, $key: String) {
  createMemories(inputs: $inputs, idempotencyKey: $key) { pendingEmbeddings cursor results { cursor memory { id content } } }
}`;
const SEARCH = `query ($input: SearchMemoriesInput!) {
  searchMemories(input: $input) { tookMs degraded { part reason } hits { score memory { id content } signals { signal rank rawScore contribution } } }
}`;
const LIST = `query ($filter: MemoryFilter, $orderBy: MemoryOrder! = CREATED_AT_DESC, $first: Int! = 20, $after: String) {
  memories(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount nodes { id content } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
}`;
const ARCHIVE = `mutation ($id: ID!, $reason: String) { archiveMemory(id: $id, reason: $reason) { cursor memory { id status history { change actor before after } } } }`;
const RESTORE = `mutation ($id: ID!) { restoreMemory(id: $id) { cursor memory { id status } } }`;
const DELETE = `mutation ($id: ID!) { deleteMemory(id: $id) { id cursor } }`;
const GET = `query ($id: ID!) { memory(id: $id) { id status content } }`;

let tenant: TestTenant;
let client: TestClient;
const input = (content: string, more: object = {}) => ({ projectId: tenant.projectId, content, ...more });
const create = async (content: string, more: object = {}) =>
  (await client.ask(CREATE, { input: input(content, more) })).createMemory;
const found = async (query: string, more: object = {}): Promise<string[]> =>
  (await client.ask(SEARCH, { input: { query, ...more } })).searchMemories.hits.map(
    (hit: { memory: { id: string } }) => hit.memory.id,
  );

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

describe('createMemory', () => {
  test('gives back every field as it was sent, with the project and tenant from the other subgraph', async () => {
    const sent = {
      layer: 'SEMANTIC',
      content: 'Zażółć gęślą jaźń 🦔 — the ferry leaves at nine.',
      role: 'USER',
      speaker: 'Łucja',
      source: 'chat',
      tags: ['b', 'a', 'b'],
      metadata: { nested: { list: [1, 'two', null] } },
      userId: 'u-1',
      agentId: 'a-1',
      sessionId: 's-1',
      importance: 0.3,
      occurredAt: '2026-05-01T10:00:00.000Z',
      validFrom: '2026-05-02T00:00:00.000Z',
      validTo: '2026-06-01T00:00:00.000Z',
    };
    const { memory, cursor } = await create(sent.content, sent);
    expect(memory).toMatchObject({ ...sent, tags: ['b', 'a'], status: 'ACTIVE', projectId: tenant.projectId });
    expect(memory.project).toEqual({ id: tenant.projectId, name: 'default', tenant: { name: expect.any(String) } });
    expect(cursor).toEqual(expect.any(String));
  });

  test('fills in layer, speaker, importance and times when they are left out', async () => {
    const { memory } = await create('Anna: I moved to Gdansk.');
    expect(memory).toMatchObject({ layer: 'EPISODIC', speaker: 'Anna', tags: [], metadata: {}, validTo: null });
    expect(memory.importance).toBeGreaterThan(0);
    expect(memory.validFrom).toBe(memory.occurredAt);
  });

  test('sums up what is longer than 280 characters in its own sentences, and what is as short not at all', async () => {
    const summary = 'query ($id: ID!) { memory(id: $id) { content summary } }';
    const long = `The pilot boards at the outer buoy. ${'Nothing of note. '.repeat(20)}The pilot leaves at the outer buoy.`;
    for (const more of [{}, { layer: 'WORKING' }]) {
      const { memory } = await create(long, more);
      const told = (await tenant.client.ask(summary, { id: memory.id })).memory.summary;
      expect(told).toContain('The pilot boards at the outer buoy.');
      expect(told.length).toBeLessThanOrEqual(280);
    }
    const { memory: short } = await create('The pilot boards.');
    expect((await tenant.client.ask(summary, { id: short.id })).memory.summary).toBeNull();
  });

  test('a repeat under the same idempotencyKey gives the first memory, and other input is IDEMPOTENCY_CONFLICT', async () => {
    const first = await create('Said once.', { idempotencyKey: 'once-1' });
    const again = await create('Said once.', { idempotencyKey: 'once-1' });
    expect(again).toEqual(first);
    expect(await client.codeOf(CREATE, { input: input('Said otherwise.', { idempotencyKey: 'once-1' }) })).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  test('20 parallel calls under one idempotencyKey write one memory', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => create('Written once of twenty.', { idempotencyKey: 'twenty' })),
    );
    expect(new Set(made.map(({ memory }) => memory.id)).size).toBe(1);
    expect(await found('Written once of twenty')).toContain(made[0].memory.id);
  });
});

describe('createMemories', () => {
  test('writes all in input order, found by words at once and by meaning when their vectors are made', async () => {
    const contents = [
      'The lighthouse keeper feeds seven cats.',
      'A tram runs to the harbour.',
      'Bread is baked at four.',
    ];
    const { createMemories } = await client.ask(CREATE_MANY, { inputs: contents.map((content) => input(content)) });
    expect(createMemories.results.map((result: { memory: { content: string } }) => result.memory.content)).toEqual(
      contents,
    );
    expect(createMemories.pendingEmbeddings).toBe(3);
    expect(await found('lighthouse cats', { limit: 1 })).toEqual([createMemories.results[0].memory.id]);
    let degraded: unknown[] = [1];
    while (degraded.length > 0)
      degraded = (await client.ask(SEARCH, { input: { query: 'harbour' } })).searchMemories.degraded;
    const { searchMemories } = await client.ask(SEARCH, {
      input: { query: 'Where do pets live by the sea?', signals: ['VECTOR'] },
    });
    expect(searchMemories.hits[0].signals.map(({ signal }: { signal: string }) => signal)).toEqual(['VECTOR']);
  });

  test('one wrong input of three writes none of them and names the field', async () => {
    const inputs = [input('Fine one.'), input(''), input('Fine two.')];
    const { errors } = await client.send(CREATE_MANY, { inputs });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'inputs[1].content' } });
    expect(
      (await client.ask(LIST, { filter: {}, first: 200 })).memories.nodes.map(
        ({ content }: { content: string }) => content,
      ),
    ).not.toContain('Fine one.');
  });

  test('1 001 inputs, no input and two projects in one call are BAD_USER_INPUT', async () => {
    expect(await client.codeOf(CREATE_MANY, { inputs: Array.from({ length: 1_001 }, () => input('x')) })).toBe(
      'BAD_USER_INPUT',
    );
    expect(await client.codeOf(CREATE_MANY, { inputs: [] })).toBe('BAD_USER_INPUT');
    const { createProject } = await client.ask(
      `mutation { createProject(input: { name: "second" }) { project { id } } }`,
    );
    const inputs = [input('here'), { ...input('there'), projectId: createProject.project.id }];
    expect(await client.codeOf(CREATE_MANY, { inputs })).toBe('BAD_USER_INPUT');
  });
});

describe('archive, restore, delete', () => {
  test('an archived memory is not found by search or lists, is read by id, and comes back with restoreMemory', async () => {
    const { memory } = await create('The archive holds a violet umbrella.');
    const { archiveMemory } = await client.ask(ARCHIVE, { id: memory.id, reason: 'lost' });
    expect(archiveMemory.memory).toMatchObject({
      status: 'ARCHIVED',
      history: [{ change: 'ARCHIVED', before: { status: 'ACTIVE' }, after: { status: 'ARCHIVED', reason: 'lost' } }],
    });
    expect(await found('violet umbrella')).not.toContain(memory.id);
    expect((await client.ask(GET, { id: memory.id })).memory.status).toBe('ARCHIVED');
    expect(await found('violet umbrella', { filter: { statuses: ['ARCHIVED'] } })).toContain(memory.id);
    expect((await client.ask(RESTORE, { id: memory.id })).restoreMemory.memory.status).toBe('ACTIVE');
    expect(await found('violet umbrella')).toContain(memory.id);
  });

  test('archiving twice and restoring twice change nothing the second time and have no cursor', async () => {
    const { memory } = await create('Twice archived.');
    await client.ask(ARCHIVE, { id: memory.id });
    expect((await client.ask(ARCHIVE, { id: memory.id })).archiveMemory.cursor).toBeNull();
    await client.ask(RESTORE, { id: memory.id });
    expect((await client.ask(RESTORE, { id: memory.id })).restoreMemory.cursor).toBeNull();
  });

  test('a deleted memory is gone from search, lists and by id, and deleting it again is NOT_FOUND', async () => {
    const { memory } = await create('A crimson kettle to forget.');
    expect(await found('crimson kettle')).toContain(memory.id);
    await client.ask(DELETE, { id: memory.id });
    expect(await found('crimson kettle')).not.toContain(memory.id);
    expect(await client.codeOf(GET, { id: memory.id })).toBe('NOT_FOUND');
    expect(await client.codeOf(DELETE, { id: memory.id })).toBe('NOT_FOUND');
  });
});

describe('searchMemories', () => {
  test("the shares of a hit's signals add up to its score, and hits fall in score", async () => {
    const { searchMemories } = await client.ask(SEARCH, { input: { query: 'Who moved to Gdansk?' } });
    expect(searchMemories.hits.length).toBeGreaterThan(0);
    for (const { score, signals } of searchMemories.hits) {
      const sum = signals.reduce(
        (total: number, { contribution }: { contribution: number }) => total + contribution,
        0,
      );
      expect(sum).toBeCloseTo(score, 9);
    }
    const scores = searchMemories.hits.map(({ score }: { score: number }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test('a signal whose service is not there is named in degraded and does not stop the search', async () => {
    const { searchMemories } = await client.ask(SEARCH, {
      input: { query: 'Gdansk', signals: ['LEXICAL', 'GRAPH', 'RECENCY'] },
    });
    expect(searchMemories.degraded.map(({ part }: { part: string }) => part)).toEqual(['GRAPH']);
    expect(searchMemories.hits.length).toBeGreaterThan(0);
  });

  test('a key of the whole tenant searches all its projects', async () => {
    const { createProject } = await client.ask(
      `mutation { createProject(input: { name: "third" }) { project { id } } }`,
    );
    const { memory } = await create('Quokkas smile at tourists.', { projectId: createProject.project.id });
    expect(await found('quokkas', { signals: ['LEXICAL'] })).toEqual([memory.id]);
    expect(await found('quokkas', { signals: ['LEXICAL'], filter: { projectId: tenant.projectId } })).toEqual([]);
  });

  test('every filter narrows search as it narrows the list', async () => {
    const mark = 'filtermark';
    await create(`${mark} one`, {
      tags: ['x', 'y'],
      userId: 'u',
      metadata: { a: 1, b: { c: 2 } },
      importance: 0.9,
      occurredAt: '2020-01-01T00:00:00Z',
      layer: 'SEMANTIC',
      role: 'TOOL',
      source: 's',
      agentId: 'g',
      sessionId: 'z',
      validTo: '2021-01-01T00:00:00Z',
    });
    await create(`${mark} two`, { tags: ['y'], importance: 0.1, occurredAt: '2022-01-01T00:00:00Z' });
    const filters = [
      { tags: ['x', 'y'] },
      { anyTags: ['x', 'q'] },
      { userId: 'u' },
      { metadata: { b: { c: 2 } } },
      { minImportance: 0.5 },
      { occurredTo: '2021-01-01T00:00:00Z', occurredFrom: '2020-01-01T00:00:00Z' },
      { layers: ['SEMANTIC'], roles: ['TOOL'] },
      { source: 's' },
      { agentId: 'g' },
      { sessionId: 'z' },
      { validAt: '2020-06-01T00:00:00Z' },
    ];
    for (const filter of filters) {
      const searched = (await client.ask(SEARCH, { input: { query: mark, filter } })).searchMemories.hits.map(
        (hit: { memory: { content: string } }) => hit.memory.content,
      );
      const listed = (await client.ask(LIST, { filter, first: 200 })).memories.nodes
        .map(({ content }: { content: string }) => content)
        .filter((content: string) => content.startsWith(mark));
      expect({ filter, searched, listed }).toEqual({ filter, searched: [`${mark} one`], listed: [`${mark} one`] });
    }
  });
});

describe('memories', () => {
  test('pages of every order hold each memory once, and their union is the list', async () => {
    const { client: own, projectId } = await createTestTenant();
    const inputs = Array.from({ length: 23 }, (_, at) => ({
      projectId,
      content: `item ${at}`,
      importance: (at % 5) / 5,
      occurredAt: new Date(Date.UTC(2026, 0, 1 + (at % 7))).toISOString(),
    }));
    await own.ask(CREATE_MANY, { inputs });
    for (const orderBy of [
      'CREATED_AT_DESC',
      'CREATED_AT_ASC',
      'OCCURRED_AT_DESC',
      'OCCURRED_AT_ASC',
      'IMPORTANCE_DESC',
    ]) {
      const seen: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const { memories } = await own.ask(LIST, { orderBy, first: 5, after });
        seen.push(...memories.nodes.map(({ id }: { id: string }) => id));
        expect(memories.totalCount).toBe(23);
        expect(memories.pageInfo.hasPreviousPage).toBe(after !== null);
        ({ endCursor: after, hasNextPage: more } = memories.pageInfo);
      }
      const { memories: whole } = await own.ask(LIST, { orderBy, first: 200 });
      expect(seen).toEqual(whole.nodes.map(({ id }: { id: string }) => id));
      expect(new Set(seen).size).toBe(23);
    }
  });

  test('a cursor of another order, filter or tenant is BAD_USER_INPUT', async () => {
    const { memories } = await client.ask(LIST, { first: 1 });
    const after = memories.pageInfo.endCursor;
    expect(await client.codeOf(LIST, { first: 1, after, orderBy: 'CREATED_AT_ASC' })).toBe('BAD_USER_INPUT');
    expect(await client.codeOf(LIST, { first: 1, after, filter: { tags: ['x'] } })).toBe('BAD_USER_INPUT');
    expect(await (await createTestTenant()).client.codeOf(LIST, { first: 1, after })).toBe('BAD_USER_INPUT');
    expect(await client.codeOf(LIST, { first: 1, after: 'garbage' })).toBe('BAD_USER_INPUT');
  });
});
