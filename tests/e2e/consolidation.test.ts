import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestTenant } from '@rae/testkit';

const CONSOLIDATE = `mutation ($input: ConsolidateInput!) { consolidateMemories(input: $input) { dryRun cursor contradicted { subject } cost { id }
  promoted { id layer content sources { id } } merged { into { id } from { id } } archived { id } } }`;

let tenant: TestTenant;
let teas: string[];
let backups: string[];

const tell = async (content: string, more: object = {}): Promise<string> => {
  const { createMemory } = await tenant.client.ask(
    'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }',
    { input: { projectId: tenant.projectId, content, ...more } },
  );
  return createMemory.memory.id;
};
const run = async (more: object = {}) =>
  (await tenant.client.ask(CONSOLIDATE, { input: { projectId: tenant.projectId, ...more } })).consolidateMemories;
const statusOf = async (id: string) =>
  (await tenant.client.ask('query ($id: ID!) { memory(id: $id) { status supersededBy { id } } }', { id })).memory;
const state = async () =>
  (
    await tenant.client.ask(
      '{ memories(first: 200, filter: { statuses: [ACTIVE, ARCHIVED, SUPERSEDED] }) { nodes { id status content } } }',
    )
  ).memories.nodes;
const ids = (memories: readonly { id: string }[]) => memories.map(({ id }) => id);

beforeAll(async () => {
  tenant = await createTestTenant();
  teas = [
    await tell('Ola likes to drink green tea in the morning.', { layer: 'SEMANTIC', importance: 0.9 }),
    await tell('Ola likes to drink the green tea in the morning.', { layer: 'SEMANTIC', importance: 0.4 }),
  ];
  await tell('The monthly fee of the plan is 30 euros.', { layer: 'SEMANTIC' });
  await tell('The monthly fee of the plan is 40 euros.', { layer: 'SEMANTIC' });
  backups = [];
  for (const more of [{ sessionId: 'monday' }, { sessionId: 'tuesday' }, {}])
    backups.push(await tell('The nightly backup of the billing database failed.', more));
  // Each look is a use.
  for (const id of backups) await statusOf(id);
});

describe('consolidateMemories', () => {
  test('shows under dryRun what it would do, and changes nothing', async () => {
    const before = await state();
    const uses = `query ($id: ID!) { memory(id: $id) { accessCount } }`;
    let seen = 0;
    while (seen < 3) {
      seen = 0;
      for (const id of backups) seen += (await tenant.client.ask(uses, { id })).memory.accessCount;
    }
    const planned = await run({ dryRun: true });
    expect(planned).toMatchObject({ dryRun: true, cursor: null, merged: [{ into: null, from: [{ id: teas[1] }] }] });
    expect([planned.promoted.length, ids(planned.archived)]).toEqual([1, [backups[2]]]);
    expect(await state()).toEqual(before);
  });

  test('does exactly that: merges the near-duplicate, promotes the used repeat with its sources, and keeps other numbers apart', async () => {
    const done = await run({ idempotencyKey: 'night' });
    expect(done).toMatchObject({
      dryRun: false,
      merged: [{ into: { id: teas[0] }, from: [{ id: teas[1] }] }],
      promoted: [{ layer: 'SEMANTIC', content: 'The nightly backup of the billing database failed.' }],
      archived: [{ id: backups[2] }],
    });
    expect(ids(done.promoted[0].sources).sort()).toEqual([...backups].sort());
    expect(await statusOf(teas[1] ?? '')).toEqual({ status: 'SUPERSEDED', supersededBy: { id: teas[0] } });
    expect(await run({ idempotencyKey: 'night' })).toEqual(done);
    expect(await run()).toMatchObject({ merged: [], promoted: [], archived: [], cursor: null });
  });

  test('can be taken back with restoreMemory', async () => {
    const restore = 'mutation ($id: ID!) { restoreMemory(id: $id) { memory { status } } }';
    for (const id of [teas[1], backups[2]])
      expect((await tenant.client.ask(restore, { id })).restoreMemory.memory.status).toBe('ACTIVE');
  });

  test('finds no contradiction without a language model, and spends nothing', async () => {
    expect(await run({ dryRun: true })).toMatchObject({ contradicted: [], cost: null });
  });

  test('refuses a filter with a NUL character, and a key without a project, with BAD_USER_INPUT', async () => {
    for (const input of [{ projectId: tenant.projectId, filter: { userId: 'a\0' } }, { projectId: null }])
      expect(await tenant.client.codeOf(CONSOLIDATE, { input })).toBe('BAD_USER_INPUT');
  });
});
