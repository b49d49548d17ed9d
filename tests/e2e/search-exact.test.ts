import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createTestClient,
  createTestTenant,
  type Installation,
  type ServerProcess,
  startInstallation,
  startServerProcess,
  type TestClient,
  type TestTenant,
} from '@rae/testkit';

const SEARCH =
  'query ($q: String!) { searchMemories(input: { query: $q, signals: [LEXICAL], limit: 50 }) { hits { memory { id } } } }';
const CREATE = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }';

let installation: Installation;
let tenant: TestTenant;
/** One for each process that holds a search index of its own. */
let fronts: TestClient[];
const more: ServerProcess[] = [];

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** A second gateway with a second memory process, on the same database. */
async function startSecondFront({ env }: Installation): Promise<string> {
  const port = await freePort();
  const subgraphs = env.RAE_SUBGRAPHS?.replace(/memory=[^,]+/, `memory=http://127.0.0.1:${port}/memory/graphql`) ?? '';
  more.push(await startServerProcess({ ...env, ROLES: 'memory', PORT: String(port) }));
  const gateway = await startServerProcess({ ...env, ROLES: 'gateway', PORT: '0', RAE_SUBGRAPHS: subgraphs });
  more.push(gateway);
  return gateway.url;
}

beforeAll(async () => {
  installation = await startInstallation();
  tenant = await createTestTenant(installation);
  const { key } = tenant.client;
  fronts = [tenant.client];
  if (installation.mode === 'distributed') fronts.push(createTestClient(await startSecondFront(installation), key));
}, 120_000);
afterAll(async () => {
  await Promise.all(more.map((one) => one.stop()));
  await installation.stop();
});

const anyFront = (): TestClient => fronts[Math.floor(Math.random() * fronts.length)] ?? tenant.client;
const isFound = async (word: string, id: string): Promise<boolean> =>
  (await anyFront().ask(SEARCH, { q: word })).searchMemories.hits.some(
    (hit: { memory: { id: string } }) => hit.memory.id === id,
  );
const change = (name: 'archiveMemory' | 'restoreMemory' | 'deleteMemory', id: string) =>
  anyFront().ask(`mutation ($id: ID!) { ${name}(id: $id) { ${name === 'deleteMemory' ? 'id' : 'memory { id }'} } }`, {
    id,
  });

/** One memory's life; after every step any process must find it, or not, at once. */
async function live(number: number): Promise<{ word: string; id: string; there: boolean; wrong: string[] }> {
  const word = `tok${number}x${Math.random().toString(36).slice(2, 8)}`;
  const wrong: string[] = [];
  const { id } = (
    await anyFront().ask(CREATE, {
      input: { projectId: tenant.projectId, content: `The word ${word} is said.`, sessionId: `s${number % 5}` },
    })
  ).createMemory.memory;
  const expectFound = async (there: boolean, step: string) => {
    if ((await isFound(word, id)) !== there) wrong.push(`${step}: ${there ? 'not found' : 'still found'}`);
  };
  await expectFound(true, 'written');
  let there = true;
  for (let step = 0; step < 4 && there; step++) {
    await change('archiveMemory', id);
    await expectFound(false, 'archived');
    if (Math.random() < 0.3) {
      await change('deleteMemory', id);
      await expectFound(false, 'deleted');
      there = false;
    } else {
      await change('restoreMemory', id);
      await expectFound(true, 'restored');
    }
  }
  return { word, id, there, wrong };
}

test('what is written, archived, restored or deleted is right in the very next search of every process, under 12 writers', async () => {
  const lives: Awaited<ReturnType<typeof live>>[] = [];
  let next = 0;
  // Refused batches among them: a transaction that is rolled back must leave no trace in any index.
  const refused = Array.from({ length: 20 }, (_, at) => ({
    projectId: tenant.projectId,
    content: at < 19 ? `rolledback ${at}` : '',
  }));
  const failing = async () => {
    while (next < 60)
      await anyFront().send(
        'mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }',
        { inputs: refused },
      );
  };
  const writing = async () => {
    while (next < 60) lives.push(await live(next++));
  };
  await Promise.all([...Array.from({ length: 12 }, writing), failing()]);
  expect(lives.flatMap(({ wrong }) => wrong)).toEqual([]);

  for (const front of fronts) {
    const { searchMemories } = await front.ask(SEARCH, { q: 'rolledback' });
    expect(searchMemories.hits).toEqual([]);
    const rows = new Set(
      (await front.ask('{ memories(first: 200) { nodes { id } } }')).memories.nodes.map(({ id }: { id: string }) => id),
    );
    expect(rows.size).toBe(lives.filter(({ there }) => there).length);
    for (const { word, id, there } of lives) {
      const found = (await front.ask(SEARCH, { q: word })).searchMemories.hits.map(
        (hit: { memory: { id: string } }) => hit.memory.id,
      );
      expect({ word, found: found.includes(id), row: rows.has(id) }).toEqual({ word, found: there, row: there });
    }
  }
});

const WRITE =
  'mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { results { memory { id } } } }';
const UPDATE = 'mutation ($input: UpdateMemoryInput!) { updateMemory(input: $input) { memory { id } } }';
const SUPERSEDE =
  'mutation ($id: ID!, $by: CreateMemoryInput!) { supersedeMemory(id: $id, by: $by) { memory { id createdAt } } }';
const FILTERED =
  'query ($filter: MemoryFilter!) { searchMemories(input: { query: "pangolin", signals: [LEXICAL], limit: 200, filter: $filter }) { hits { memory { id tags status } } } }';
const LISTED = 'query ($filter: MemoryFilter!) { memories(filter: $filter, first: 200) { nodes { id tags status } } }';

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;
const some = () => ({
  tags: ['red', 'blue', 'old'].filter(() => Math.random() < 0.4),
  importance: pick([0.1, 0.5, 0.9]),
  metadata: { kind: pick(['a', 'b']) },
});
const newOne = (projectId: string, number: number) => ({
  ...{ projectId, content: `A pangolin numbered ${number} walks.`, sessionId: `p${number % 4}`, ...some() },
  validTo: Math.random() < 0.3 ? '2026-06-01T00:00:00.000Z' : null,
  validFrom: '2026-01-01T00:00:00.000Z',
  occurredAt: `2026-0${1 + (number % 9)}-01T00:00:00.000Z`,
});

test('after 160 racing writes, updates, supersessions, archivings and erasures search finds under each of 13 filters what SQL lists, then and now', async () => {
  const { projectId } = tenant;
  const inputs = Array.from({ length: 40 }, (_, at) => newOne(projectId, at));
  const ids: string[] = (await anyFront().ask(WRITE, { inputs })).createMemories.results.map(
    ({ memory }: { memory: { id: string } }) => memory.id,
  );
  const instants: string[] = [];
  let step = 0;
  const race = async () => {
    while (step < 160) {
      const at = step++;
      const id = pick(ids);
      const kind = Math.random();
      // A change of what is archived or gone already is refused; the others go on.
      if (kind < 0.35) await anyFront().send(UPDATE, { input: { id, ...some() } });
      else if (kind < 0.5) await anyFront().send('mutation ($id: ID!) { archiveMemory(id: $id) { cursor } }', { id });
      else if (kind < 0.6) await anyFront().send('mutation ($id: ID!) { restoreMemory(id: $id) { cursor } }', { id });
      else if (kind < 0.68) await anyFront().send('mutation ($id: ID!) { deleteMemory(id: $id) { cursor } }', { id });
      else {
        const { data } = await anyFront().send(SUPERSEDE, { id, by: newOne(projectId, 100 + at) });
        if (data?.supersedeMemory) {
          ids.push(data.supersedeMemory.memory.id);
          instants.push(data.supersedeMemory.memory.createdAt);
        }
      }
      if (at % 8 === 0) await anyFront().ask(FILTERED, { filter: { projectId, tags: ['red'] } });
    }
  };
  await Promise.all(Array.from({ length: 8 }, race));
  const times = [0.25, 0.5, 0.9].map((share) => instants.sort()[Math.floor(instants.length * share)]);
  const filters: Record<string, unknown>[] = [
    {},
    { tags: ['red', 'blue'] },
    { anyTags: ['old'], minImportance: 0.4 },
    { metadata: { kind: 'b' }, sessionId: 'p1' },
    { validAt: '2026-07-01T00:00:00.000Z' },
    { statuses: ['SUPERSEDED', 'ARCHIVED'] },
    { statuses: ['ARCHIVED'], occurredFrom: '2026-03-01T00:00:00.000Z', occurredTo: '2026-07-01T00:00:00.000Z' },
    ...times.flatMap((asOf) => [{ asOf }, { asOf, tags: ['red'], statuses: ['ACTIVE', 'ARCHIVED'] }]),
  ];
  const keyed = (memories: { id: string; tags: string[]; status: string }[]) =>
    memories.map(({ id, tags, status }) => `${id} ${tags.join()} ${status}`).sort();
  let found = 0;
  for (const front of fronts)
    for (const each of filters) {
      const filter = { projectId, ...each };
      const { nodes } = (await front.ask(LISTED, { filter })).memories;
      const listed = keyed(nodes.filter(({ id }: { id: string }) => ids.includes(id)));
      const { hits } = (await front.ask(FILTERED, { filter })).searchMemories;
      expect({ each, found: keyed(hits.map(({ memory }: { memory: never }) => memory)) }).toEqual({
        each,
        found: listed,
      });
      found += listed.length;
    }
  expect(found).toBeGreaterThan(100);
});
