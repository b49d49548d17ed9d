import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type Installation, startInstallation, type TestTenant } from '@rae/testkit';
import { askDatabase } from '../support/ask-database.ts';
import { readEverything } from '../support/read-everything.ts';

const CREATE = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } cursor } }`;
const ERASE = `mutation ($filter: MemoryFilter!, $key: String) {
  eraseMemories(filter: $filter, reason: "asked to", idempotencyKey: $key) { erasure { id reason completedAt auditId } }
}`;
const FORGET = `mutation ($input: EraseSubjectInput!) { eraseSubject(input: $input) { erasure { id } } }`;
const ERASURE = `query ($id: ID!) { erasure(id: $id) { completedAt erasedMemories parts { part removed doneAt } } }`;
const ALL = '{ memories(first: 200, filter: { statuses: [ACTIVE, SUPERSEDED, ARCHIVED] }) { nodes { id } } }';

let installation: Installation;
let tenant: TestTenant;
beforeAll(async () => {
  installation = await startInstallation();
  tenant = await createTestTenant(installation);
});
afterAll(() => installation.stop());

const create = async (content: string, more: object = {}): Promise<string> =>
  (await tenant.client.ask(CREATE, { input: { projectId: tenant.projectId, content, ...more } })).createMemory.memory
    .id;
const left = async (): Promise<string[]> =>
  (await tenant.client.ask(ALL)).memories.nodes.map(({ id }: { id: string }) => id).sort();

/** Asks until all parts are done. */
async function completed(id: string) {
  for (;;) {
    const { erasure } = await tenant.client.ask(ERASURE, { id });
    if (erasure.completedAt) return erasure;
  }
}
const erase = async (filter: object) =>
  completed((await tenant.client.ask(ERASE, { filter })).eraseMemories.erasure.id);
const forget = async (input: object) =>
  completed((await tenant.client.ask(FORGET, { input: { reason: 'asked to', ...input } })).eraseSubject.erasure.id);

describe('eraseMemories', () => {
  test('takes what matches in every state, 450 of them in pages, leaves the rest, and tells what each part removed', async () => {
    const kept = await create('Stays.');
    const gone = [await create('One.', { tags: ['out'] }), await create('Two.', { tags: ['out'] })];
    await tenant.client.ask('mutation ($id: ID!) { archiveMemory(id: $id) { cursor } }', { id: gone[0] });
    await tenant.client.ask(
      'mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }',
      {
        inputs: Array.from({ length: 448 }, (_, n) => ({
          projectId: tenant.projectId,
          content: `Number ${n}.`,
          tags: ['out'],
        })),
      },
    );
    const { erasedMemories, parts } = await erase({ tags: ['out'] });
    expect(erasedMemories).toBe(450);
    expect(parts).toEqual([
      { part: 'governance', removed: expect.any(Number), doneAt: expect.any(String) },
      { part: 'memory', removed: 450, doneAt: expect.any(String) },
    ]);
    expect(await left()).toEqual([kept]);
    expect(
      await tenant.client.codeOf('mutation ($id: ID!) { restoreMemory(id: $id) { cursor } }', { id: gone[0] }),
    ).toBe('NOT_FOUND');
  });

  test('takes WORKING memories, alone where these are named', async () => {
    const working = [await create('Now.', { layer: 'WORKING', source: 'w' }), await create('Then.', { source: 'w' })];
    await erase({ source: 'w', layers: ['WORKING'] });
    const get = 'query ($id: ID!) { memory(id: $id) { id } }';
    expect(await tenant.client.codeOf(get, { id: working[0] })).toBe('NOT_FOUND');
    expect((await tenant.client.ask(get, { id: working[1] })).memory.id).toBe(working[1]);
    const again = await create('Now again.', { layer: 'WORKING', source: 'w' });
    const { erasedMemories } = await erase({ source: 'w' });
    expect(erasedMemories).toBe(1);
    expect(await tenant.client.codeOf(get, { id: again })).toBe('NOT_FOUND');
  });

  test('is refused without a condition beside the project, which says what is missing', async () => {
    const answer = await tenant.client.send(ERASE, { filter: { projectId: tenant.projectId, tags: [] } });
    expect(answer.errors[0]).toMatchObject({
      message: expect.stringContaining('at least one condition beside the project'),
      extensions: { code: 'BAD_USER_INPUT', details: { field: 'filter' } },
    });
  });

  test('does it once under its key', async () => {
    const variables = { filter: { source: 'nowhere' }, key: 'once' };
    const [first, again] = [await tenant.client.ask(ERASE, variables), await tenant.client.ask(ERASE, variables)];
    expect(again.eraseMemories.erasure.id).toBe(first.eraseMemories.erasure.id);
    expect(await tenant.client.codeOf(ERASE, { filter: { source: 'elsewhere' }, key: 'once' })).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  test('lists erasures newest first, page by page', async () => {
    const page = `query ($after: String) { erasures(first: 1, after: $after) { nodes { id } totalCount pageInfo { endCursor hasNextPage } } }`;
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const {
        erasures,
      }: { erasures: { nodes: { id: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } =
        await tenant.client.ask(page, { after });
      ids.push(...erasures.nodes.map(({ id }) => id));
      after = erasures.pageInfo.hasNextPage ? erasures.pageInfo.endCursor : null;
    } while (after);
    expect(ids.length).toBeGreaterThan(1);
    expect(ids).toEqual(ids.toSorted().reverse()); // UUIDv7: by time
  });
});

describe('eraseSubject', () => {
  test('takes all that is held on one person and nothing of another; where two ids are given, both must hold', async () => {
    const before = await left();
    await create('Mine.', { userId: 'u1' });
    const other = await create('Of another agent.', { userId: 'u1', agentId: 'a2' });
    await create('Of that agent.', { userId: 'u1', agentId: 'a1' });
    const foreign = await create('Not mine.', { userId: 'u2' });
    await forget({ userId: 'u1', agentId: 'a1' });
    expect(await left()).toHaveLength(before.length + 3);
    const { erasedMemories } = await forget({ userId: 'u1' });
    expect(erasedMemories).toBe(2);
    expect(await left()).toEqual([...before, foreign].sort());
    expect(await tenant.client.codeOf('query ($id: ID!) { memory(id: $id) { id } }', { id: other })).toBe('NOT_FOUND');
  });

  test('finds what is being written when it is asked for, and leaves what is written afterwards', async () => {
    const writers = Array.from({ length: 20 }, (_, n) => create(`Written ${n}.`, { userId: 'busy' }));
    await Promise.race(writers);
    const asked = forget({ userId: 'busy' });
    await Promise.all(writers);
    await asked;
    const after = await create('Written later.', { userId: 'busy' });
    const rest = await tenant.client.ask(
      '{ memories(first: 200, filter: { userId: "busy" }) { nodes { id createdAt } } }',
    );
    expect(rest.memories.nodes.map(({ id }: { id: string }) => id)).toContain(after);
    const { erasures } = await tenant.client.ask('{ erasures(first: 1) { nodes { requestedAt } } }');
    for (const { createdAt } of rest.memories.nodes) expect(createdAt > erasures.nodes[0].requestedAt).toBe(true);
  });

  test('waits for a transaction that was open when it was asked for, and takes what that wrote too', async () => {
    await create('There already.', { userId: 'late' });
    const ask = async () =>
      (await tenant.client.ask(FORGET, { input: { reason: 'r', userId: 'late' } })).eraseSubject.erasure.id;
    const memoryPart = async (id: string) => {
      const { erasure } = await tenant.client.ask(ERASURE, { id });
      const { doneAt } = erasure.parts.find(({ part }: { part: string }) => part === 'memory');
      return { erased: erasure.erasedMemories, doneAt };
    };
    // Embedded, transactions come one after the other: none is open when it is asked for.
    if (installation.mode === 'embedded') return expect((await completed(await ask())).erasedMemories).toBe(1);
    await askDatabase(installation, async (database) => {
      await database.query(`begin; insert into memory.memory
        (tenant_id, project_id, id, layer, content, user_id, importance, occurred_at, valid_from, created_at, lex)
        values ('${tenant.tenantId}', '${tenant.projectId}', gen_random_uuid(), 2, 'Late.', 'late', 0.5, now(), now(), now(), '')`);
      const id = await ask();
      let part = await memoryPart(id);
      while (part.erased < 1) part = await memoryPart(id); // a pass has been made
      expect(part).toEqual({ erased: 1, doneAt: null });
      await database.query('commit');
      expect((await completed(id)).erasedMemories).toBe(2);
    });
  });

  test('is refused without any of the three ids', async () => {
    expect(await tenant.client.codeOf(FORGET, { input: { reason: 'r', userId: '' } })).toBe('BAD_USER_INPUT');
    expect(await tenant.client.codeOf(FORGET, { input: { reason: 'r' } })).toBe('BAD_USER_INPUT');
  });
});

test('an erasure whose worker is killed amid its pages is finished after the restart', async () => {
  await tenant.client.ask('mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }', {
    inputs: Array.from({ length: 1_000 }, (_, n) => ({
      projectId: tenant.projectId,
      content: `Long ${n}.`,
      source: 'long',
    })),
  });
  const { eraseMemories } = await tenant.client.ask(ERASE, { filter: { source: 'long' } });
  const worker = installation.mode === 'embedded' ? 'all' : 'worker';
  await installation.processes.get(worker)?.kill();
  // As if the half minute had passed for which nobody else may have the page that was cut short.
  await askDatabase(installation, (database) =>
    database.query("update platform.jobs set lease_until = now() where kind = 'memory.erase-memories'"),
  );
  await installation.restart(worker);
  const { erasedMemories } = await completed(eraseMemories.erasure.id);
  expect(erasedMemories).toBe(1_000);
});

describe('in the whole database, Redis and log, also as bytes,', () => {
  const erased = 'quokka4711';
  const deleted = 'numbat4712';
  const known: string[] = [];
  let lines: string[];

  async function eraseAll(): Promise<void> {
    const spoken = { tags: [erased], metadata: { erased }, speaker: erased, source: erased, userId: 'u9' };
    const ids = await Promise.all([1, 2, 3].map((n) => create(`The ${erased} number ${n}.`, spoken)));
    await tenant.client.ask('mutation ($id: ID!, $why: String) { archiveMemory(id: $id, reason: $why) { cursor } }', {
      id: ids[0],
      why: erased,
    });
    await tenant.client.ask(
      'mutation ($id: ID!, $by: CreateMemoryInput!) { supersedeMemory(id: $id, by: $by) { memory { id } } }',
      { id: ids[1], by: { projectId: tenant.projectId, content: `${erased} again`, userId: 'u9' } },
    );
    await create(`Now the ${erased}.`, { ...spoken, layer: 'WORKING' });
    await tenant.client.ask(`{ searchMemories(input: { query: "${erased}" }) { hits { score } } }`);
    await tenant.client.ask('mutation ($input: IngestDocumentInput!) { ingestDocument(input: $input) { cursor } }', {
      input: {
        projectId: tenant.projectId,
        title: `On ${erased}`,
        uri: `file:${erased}`,
        content: `# The ${erased}\n\nIt eats leaves.\n\n## Where\n\nThe ${erased} lives on an island.`,
        userId: 'u9',
      },
    });
    const ask = 'mutation ($input: AskInput!) { ask(input: $input) { answer { id text } } }';
    const asked = { projectId: tenant.projectId, question: `Where does the ${erased} live?` };
    const { ask: other } = await tenant.client.ask(ask, { input: asked }); // another's answer, that rests on this one's memories
    expect(other.answer.text).toContain(erased);
    await tenant.client.ask(ask, { input: { ...asked, question: `What is ${erased} to me?`, userId: 'u9' } });
    await forget({ userId: 'u9' });
    known.push(ids[0] ?? '');
  }

  async function deleteAll(): Promise<void> {
    const spoken = { tags: [deleted], metadata: { deleted }, speaker: deleted, source: deleted };
    const id = await create(`The ${deleted} sleeps.`, spoken);
    await tenant.client.ask('mutation ($input: UpdateMemoryInput!) { updateMemory(input: $input) { cursor } }', {
      input: { id, metadata: { deleted, twice: true } },
    });
    const { ingestDocument } = await tenant.client.ask(
      'mutation ($input: IngestDocumentInput!) { ingestDocument(input: $input) { document { id } } }',
      { input: { projectId: tenant.projectId, title: deleted, uri: deleted, content: `A ${deleted} eats termites.` } },
    );
    await tenant.client.ask('mutation ($input: AskInput!) { ask(input: $input) { answer { id } } }', {
      input: { projectId: tenant.projectId, question: 'What does it eat, termites?' },
    });
    await tenant.client.ask('mutation ($id: ID!) { deleteMemory(id: $id) { cursor } }', { id });
    await tenant.client.ask('mutation ($id: ID!) { deleteDocument(id: $id) { cursor } }', {
      id: ingestDocument.document.id,
    });
    known.push(id);
  }

  /** Once, for embedded this ends the process. */
  beforeAll(async () => {
    await eraseAll();
    await deleteAll();
    lines = (await readEverything(installation)).split('\n');
  });
  const holding = (word: string): string[] => {
    const hex = Buffer.from(word).toString('hex');
    return lines.filter((line) => line.includes(word) || line.includes(hex)).map((line) => line.slice(0, 300));
  };

  test('the ids of what was erased and deleted are left, in events', () => {
    for (const id of known) expect(holding(id).length).toBeGreaterThan(0);
    expect(known).toHaveLength(2);
  });

  test('nothing of what was erased is left, in content, tags, metadata, history, documents, answers or events', () => {
    expect(holding(erased)).toEqual([]);
  });

  test('nothing of a memory and a document that were deleted is left either', () => {
    expect(holding(deleted)).toEqual([]);
  });
});
