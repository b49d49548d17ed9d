import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const FIELDS = `id status content tags metadata importance validTo expiresAt createdAt supersededAt supersededBy { id }`;
const CREATE = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { deduplicated cursor memory { ${FIELDS} } } }`;
const UPDATE = `mutation ($input: UpdateMemoryInput!) { updateMemory(input: $input) { cursor memory { ${FIELDS} history { change actor before after } } } }`;
const SUPERSEDE = `mutation ($id: ID!, $by: CreateMemoryInput!) {
  supersedeMemory(id: $id, by: $by) { cursor memory { ${FIELDS} } superseded { ${FIELDS} } }
}`;
const ARCHIVE = `mutation ($id: ID!) { archiveMemory(id: $id) { cursor memory { ${FIELDS} } } }`;
const RESTORE = `mutation ($id: ID!) { restoreMemory(id: $id) { cursor memory { ${FIELDS} history { at change before after } } } }`;
const DELETE = `mutation ($id: ID!) { deleteMemory(id: $id) { id } }`;
const GET = `query ($id: ID!, $asOf: DateTime) { memory(id: $id, asOf: $asOf) { ${FIELDS} history { change } } }`;
const USE = `query ($id: ID!) { memory(id: $id) { strength accessCount lastAccessedAt importance } }`;
const LIST = `query ($filter: MemoryFilter, $orderBy: MemoryOrder, $first: Int, $after: String) {
  memories(filter: $filter, orderBy: $orderBy, first: $first, after: $after) { totalCount nodes { ${FIELDS} strength } pageInfo { hasNextPage endCursor } }
}`;
const SEARCH = `query ($input: SearchMemoriesInput!) { searchMemories(input: $input) { hits { memory { ${FIELDS} } } } }`;

let tenant: TestTenant;
let client: TestClient;
const create = async (content: string, more: object = {}) =>
  (await client.ask(CREATE, { input: { projectId: tenant.projectId, content, ...more } })).createMemory;
const get = async (id: string, asOf: string | null = null) => (await client.ask(GET, { id, asOf })).memory;
const contentsOf = (nodes: { content: string }[]) => nodes.map(({ content }) => content).sort();
const listed = async (filter: object) => contentsOf((await client.ask(LIST, { filter, first: 200 })).memories.nodes);
const found = async (query: string, filter: object = {}) =>
  contentsOf(
    (await client.ask(SEARCH, { input: { query, filter, signals: ['LEXICAL'] } })).searchMemories.hits.map(
      (hit: { memory: { content: string } }) => hit.memory,
    ),
  );
/** An instant that lies after all that was written and before all that is written next, by the server's own clock. */
const instant = async (): Promise<string> => {
  const { memory } = await create('a tick of the clock');
  const at = Date.parse(memory.createdAt);
  while (Date.now() <= at + 1) await new Promise(setImmediate);
  return new Date(at + 1).toISOString();
};

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

describe('updateMemory', () => {
  test('changes labels, values and times, and keeps what was before in the history', async () => {
    const { memory } = await create('The ferry leaves at nine.', { tags: ['a'], metadata: { x: 1 }, importance: 0.4 });
    const input = {
      id: memory.id,
      tags: ['b', 'b', 'c'],
      metadata: { y: 2 },
      importance: 0.9,
      validTo: '2099-01-01T00:00:00.000Z',
    };
    const { updateMemory } = await client.ask(UPDATE, { input });
    expect(updateMemory.memory).toMatchObject({
      tags: ['b', 'c'],
      metadata: { y: 2 },
      importance: 0.9,
      validTo: input.validTo,
    });
    expect(updateMemory.memory.history).toMatchObject([
      {
        change: 'UPDATED',
        before: { tags: ['a'], metadata: { x: 1 }, importance: 0.4, validTo: null },
        after: { tags: ['b', 'c'], metadata: { y: 2 }, importance: 0.9, validTo: input.validTo },
      },
    ]);
    expect(await found('ferry', { tags: ['c'] })).toEqual(['The ferry leaves at nine.']);
    expect(await found('ferry', { tags: ['a'] })).toEqual([]);
  });

  test('null empties what may be null, what is left out stays, and equal values change nothing', async () => {
    const { memory } = await create('Kept and emptied.', {
      tags: ['a'],
      metadata: { x: 1 },
      importance: 0.4,
      ttlSeconds: 3_600,
    });
    const { updateMemory } = await client.ask(UPDATE, {
      input: { id: memory.id, tags: null, metadata: null, expiresAt: null },
    });
    expect(updateMemory.memory).toMatchObject({ tags: [], metadata: {}, expiresAt: null, importance: 0.4 });
    expect(
      (await client.ask(UPDATE, { input: { id: memory.id, importance: 0.4, tags: [] } })).updateMemory.cursor,
    ).toBeNull();
  });

  test.each([
    ['importance', { importance: null }],
    ['importance', { importance: 1.5 }],
    ['validTo', { validTo: '1999-01-01T00:00:00Z' }],
    ['expiresAt', { expiresAt: '1999-01-01T00:00:00Z' }],
    ['expiresAt', { expiresAt: '2999-01-01T00:00:00Z' }],
    ['metadata', { metadata: [1] }],
    ['tags[0]', { tags: [''] }],
  ])('a wrong %s is BAD_USER_INPUT and changes nothing: %j', async (field, wrong) => {
    const { memory } = await create('Not to be changed.');
    const { errors } = await client.send(UPDATE, { input: { id: memory.id, ...wrong } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: `input.${field}` } });
    expect((await get(memory.id)).history).toEqual([]);
  });
});

describe('supersedeMemory', () => {
  test('replaces a memory in search and lists, links both, and restoreMemory takes it back', async () => {
    const { memory: old } = await create('Anna lives in Gdynia.', { layer: 'SEMANTIC' });
    const { supersedeMemory } = await client.ask(SUPERSEDE, {
      id: old.id,
      by: { layer: 'SEMANTIC', content: 'Anna lives in Sopot.' },
    });
    expect(supersedeMemory.superseded).toMatchObject({
      status: 'SUPERSEDED',
      supersededBy: { id: supersedeMemory.memory.id },
    });
    expect(await found('Anna lives')).toEqual(['Anna lives in Sopot.']);
    expect(await listed({ statuses: ['SUPERSEDED'] })).toContain('Anna lives in Gdynia.');
    const { restoreMemory } = await client.ask(RESTORE, { id: old.id });
    expect(restoreMemory.memory).toMatchObject({ status: 'ACTIVE', supersededAt: null, supersededBy: null });
    expect(restoreMemory.memory.history.map(({ change }: { change: string }) => change)).toEqual([
      'RESTORED',
      'SUPERSEDED',
    ]);
    expect(await found('Anna lives')).toEqual(['Anna lives in Gdynia.', 'Anna lives in Sopot.']);
  });

  test('a chain of three is walked from the first to the last', async () => {
    const { memory: first } = await create('Version one of the rule.');
    const second = (await client.ask(SUPERSEDE, { id: first.id, by: { content: 'Version two of the rule.' } }))
      .supersedeMemory.memory;
    await client.ask(SUPERSEDE, { id: second.id, by: { content: 'Version three of the rule.' } });
    const { memory } = await client.ask(
      'query ($id: ID!) { memory(id: $id) { supersededBy { supersededBy { content status supersededBy { id } } } } }',
      { id: first.id },
    );
    expect(memory.supersededBy.supersededBy).toEqual({
      content: 'Version three of the rule.',
      status: 'ACTIVE',
      supersededBy: null,
    });
  });

  test('a chain that comes round ends at a memory that is active, and no memory stands behind itself', async () => {
    const told = (content: string) => ({ layer: 'SEMANTIC', content });
    const { memory: first } = await create('The gate is open.', told('The gate is open.'));
    const { memory: second } = (await client.ask(SUPERSEDE, { id: first.id, by: told('The gate is shut.') }))
      .supersedeMemory;
    const { memory: third } = (await client.ask(SUPERSEDE, { id: second.id, by: told('The gate is open.') }))
      .supersedeMemory;
    expect(third.id).not.toBe(first.id);
    await client.ask(RESTORE, { id: first.id });
    await client.ask(RESTORE, { id: second.id });
    await client.ask(ARCHIVE, { id: third.id });
    await client.ask(SUPERSEDE, { id: second.id, by: told('The gate is open.') });
    const next = 'query ($id: ID!) { memory(id: $id) { id status supersededBy { id } } }';
    for (const { id } of [first, second, third]) {
      const walked = new Set<string>();
      for (let at: string | null = id; at !== null; ) {
        expect(walked).not.toContain(at);
        walked.add(at);
        at = (await client.ask(next, { id: at })).memory.supersededBy?.id ?? null;
      }
    }
    expect(await get(second.id)).toMatchObject({ status: 'SUPERSEDED', supersededBy: { id: first.id } });
    expect(await client.codeOf(SUPERSEDE, { id: first.id, by: told('the gate is  open') })).toBe('CONFLICT');
  });

  test('what is superseded or archived already, or says the same itself, is CONFLICT and nothing is written', async () => {
    const { memory: old } = await create('The code is 7.', { layer: 'SEMANTIC' });
    const same = { layer: 'SEMANTIC', content: 'the  code is 7' };
    expect(await client.codeOf(SUPERSEDE, { id: old.id, by: same })).toBe('CONFLICT');
    expect((await get(old.id)).history).toEqual([]);
    await client.ask(SUPERSEDE, { id: old.id, by: { layer: 'SEMANTIC', content: 'The code is 8.' } });
    expect(await client.codeOf(SUPERSEDE, { id: old.id, by: { content: 'The code is 9.' } })).toBe('CONFLICT');
    expect(await client.codeOf(ARCHIVE, { id: old.id })).toBe('CONFLICT');
    expect(await found('code is')).toEqual(['The code is 8.']);
  });

  test('a repeat under the same idempotencyKey gives the first result', async () => {
    const { memory: old } = await create('Replaced once.');
    const by = { content: 'Replaced by this.', idempotencyKey: 'replace-1' };
    const first = (await client.ask(SUPERSEDE, { id: old.id, by })).supersedeMemory;
    expect((await client.ask(SUPERSEDE, { id: old.id, by })).supersedeMemory).toEqual(first);
  });

  test('what was deleted is NOT_FOUND to restoring, and leaves no link behind', async () => {
    const { memory: old } = await create('Its heir is deleted.');
    const { memory: heir } = (await client.ask(SUPERSEDE, { id: old.id, by: { content: 'The heir.' } }))
      .supersedeMemory;
    await client.ask(DELETE, { id: heir.id });
    expect(await client.codeOf(RESTORE, { id: heir.id })).toBe('NOT_FOUND');
    expect(await get(old.id)).toMatchObject({ status: 'SUPERSEDED', supersededBy: null });
  });
});

describe('being told again', () => {
  test('an equal SEMANTIC memory is strengthened instead, and its history holds what was told differently', async () => {
    const { memory, deduplicated } = await create('Łucja prefers tea.', {
      layer: 'SEMANTIC',
      importance: 0.5,
      tags: ['a'],
    });
    expect(deduplicated).toBe(false);
    const again = await create('łucja  prefers TEA', {
      layer: 'SEMANTIC',
      tags: ['b'],
      metadata: { from: 'chat' },
      importance: 0.2,
    });
    expect(again).toMatchObject({
      deduplicated: true,
      memory: { id: memory.id, importance: 0.55, tags: ['a', 'b'], metadata: {} },
    });
    const { memory: read } = await client.ask('query ($id: ID!) { memory(id: $id) { history { change after } } }', {
      id: memory.id,
    });
    expect(read.history[0]).toMatchObject({
      change: 'STRENGTHENED',
      after: {
        importance: 0.55,
        tags: ['a', 'b'],
        toldAgain: { content: 'łucja  prefers TEA', metadata: { from: 'chat' } },
      },
    });
    expect(await found('prefers tea')).toEqual(['Łucja prefers tea.']);
  });

  test('EPISODIC ones are never merged, nor are facts of two users, two layers or two projects', async () => {
    const pairs = [
      [{}, {}],
      [
        { layer: 'SEMANTIC', userId: 'u1' },
        { layer: 'SEMANTIC', userId: 'u2' },
      ],
      [{ layer: 'SEMANTIC' }, { layer: 'PROCEDURAL' }],
      [
        { layer: 'PROCEDURAL', agentId: 'x' },
        { layer: 'PROCEDURAL', agentId: 'x', validTo: '2099-01-01T00:00:00Z' },
      ],
    ];
    for (const [at, [one, other]] of pairs.entries()) {
      await create(`Pair ${at} says so.`, one);
      expect((await create(`Pair ${at} says so.`, other)).deduplicated).toBe(false);
    }
  });

  test('of 3 equal ones in one call one is written, and of 20 parallel calls 19 are deduplicated', async () => {
    const inputs = ['Told thrice.', 'told thrice', 'Told  thrice!', 'Told otherwise.'].map((content) => ({
      projectId: tenant.projectId,
      layer: 'SEMANTIC',
      content,
    }));
    const { createMemories } = await client.ask(
      'mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { results { deduplicated memory { id } } } }',
      { inputs },
    );
    expect(createMemories.results.map(({ deduplicated }: { deduplicated: boolean }) => deduplicated)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    const made = await Promise.all(
      Array.from({ length: 20 }, () => create('Told by twenty.', { layer: 'PROCEDURAL' })),
    );
    expect(made.filter(({ deduplicated }) => deduplicated)).toHaveLength(19);
    expect(new Set(made.map(({ memory }) => memory.id)).size).toBe(1);
  });
});

test('nearly equal memories of the same layer are named in the payload, most alike first, and stay apart', async () => {
  const similar = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { deduplicated similar { content } } }`;
  const write = async (content: string, layer = 'SEMANTIC') =>
    (await client.ask(similar, { input: { projectId: tenant.projectId, content, layer } })).createMemory;
  await write('The harbour crane in Ustka was painted red in May.');
  await write('The harbour crane in Ustka was painted red in May, again.', 'PROCEDURAL');
  await write('Anna bought a bicycle for the summer.');
  const { deduplicated, similar: found } = await write('The harbour crane in Ustka was painted red in May too.');
  expect(deduplicated).toBe(false);
  expect(found).toEqual([{ content: 'The harbour crane in Ustka was painted red in May.' }]);
});

describe('asOf', () => {
  test('memory, memories and search answer as the store stood then: labels, values and status', async () => {
    const before = await instant();
    const { memory } = await create('The tide table hangs in the mess.', {
      tags: ['then'],
      metadata: { v: 1 },
      importance: 0.3,
    });
    const { memory: other } = await create('The tide table was new.');
    const written = await instant();
    await client.ask(UPDATE, { input: { id: memory.id, tags: ['now'], metadata: { v: 2 }, importance: 0.8 } });
    await client.ask(ARCHIVE, { id: other.id });
    const archived = await instant();
    await client.ask(RESTORE, { id: other.id });
    await client.ask(SUPERSEDE, { id: memory.id, by: { content: 'The tide table hangs on the bridge.' } });
    const query = 'tide table';
    const states = { [before]: [], [written]: [memory.content, other.content], [archived]: [memory.content] };
    for (const [asOf, contents] of Object.entries(states)) {
      expect([asOf, await found(query, { asOf })]).toEqual([asOf, [...contents].sort()]);
      expect((await listed({ asOf })).filter((content) => content.includes('tide'))).toEqual([...contents].sort());
    }
    expect(await listed({ asOf: written, tags: ['then'], metadata: { v: 1 } })).toEqual([memory.content]);
    expect(await found(query, { asOf: written, tags: ['now'] })).toEqual([]);
    expect(await found(query, { asOf: archived, statuses: ['ARCHIVED'] })).toEqual([other.content]);
    expect(await get(memory.id, written)).toMatchObject({
      status: 'ACTIVE',
      tags: ['then'],
      metadata: { v: 1 },
      importance: 0.3,
      supersededBy: null,
      history: [],
    });
    expect(await get(memory.id, archived)).toMatchObject({
      status: 'ACTIVE',
      tags: ['now'],
      history: [{ change: 'UPDATED' }],
    });
    expect(await get(other.id, archived)).toMatchObject({ status: 'ARCHIVED' });
    expect(await client.codeOf(GET, { id: memory.id, asOf: before })).toBe('NOT_FOUND');
  });

  test('before all time the store is empty, and in the future nobody knows: BAD_USER_INPUT', async () => {
    expect(await listed({ asOf: '0001-01-01T00:00:00Z' })).toEqual([]);
    expect(await found('tide', { asOf: '0001-01-01T00:00:00Z' })).toEqual([]);
    const asOf = '2999-01-01T00:00:00Z';
    expect(await client.codeOf(LIST, { filter: { asOf } })).toBe('BAD_USER_INPUT');
    expect(await client.codeOf(SEARCH, { input: { query: 'x', filter: { asOf } } })).toBe('BAD_USER_INPUT');
    const { memory } = await create('Of today.');
    expect(await client.codeOf(GET, { id: memory.id, asOf })).toBe('BAD_USER_INPUT');
    expect(await client.codeOf(LIST, { filter: { asOf: '2020-01-01T00:00:00Z' }, orderBy: 'STRENGTH_DESC' })).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('pages under one asOf hold what stood then, whatever is written meanwhile', async () => {
    const own = await createTestTenant();
    const make = (content: string) => own.client.ask(CREATE, { input: { projectId: own.projectId, content } });
    for (let at = 0; at < 5; at++) await make(`page ${at}`);
    const asOf = new Date(Date.now() + 1).toISOString();
    while (Date.now() <= Date.parse(asOf)) await new Promise(setImmediate);
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { memories } = await own.client.ask(LIST, { filter: { asOf }, first: 2, after });
      seen.push(...contentsOf(memories.nodes));
      expect(memories.totalCount).toBe(5);
      await make('written between pages');
      ({ endCursor: after, hasNextPage: more } = memories.pageInfo);
    }
    expect(seen.sort()).toEqual(['page 0', 'page 1', 'page 2', 'page 3', 'page 4']);
  });
});

describe('strength', () => {
  test('what is found or read by id was used: counted within a second, and told with its time', async () => {
    const { memory } = await create('A heron stands in the reeds.', { importance: 0.6 });
    await found('heron reeds');
    let use = (await client.ask(USE, { id: memory.id })).memory;
    expect(use.strength).toBeCloseTo(0.6, 4);
    while (use.accessCount < 2) use = (await client.ask(USE, { id: memory.id })).memory;
    expect(Date.parse(use.lastAccessedAt)).toBeGreaterThanOrEqual(Date.parse(memory.createdAt));
  });

  test('STRENGTH_DESC lists the strongest first, each once over all pages', async () => {
    const own = await createTestTenant();
    const inputs = Array.from({ length: 9 }, (_, at) => ({
      projectId: own.projectId,
      content: `item ${at}`,
      importance: ((at * 7) % 9) / 10,
    }));
    await own.client.ask('mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }', {
      inputs,
    });
    const strengths: number[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { memories } = await own.client.ask(LIST, { orderBy: 'STRENGTH_DESC', first: 4, after });
      strengths.push(...memories.nodes.map(({ strength }: { strength: number }) => strength));
      ({ endCursor: after, hasNextPage: more } = memories.pageInfo);
    }
    expect(strengths).toHaveLength(9);
    expect(strengths.map((strength) => Math.round(strength * 10))).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });
});
