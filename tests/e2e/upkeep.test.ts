import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const CREATE = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id importance } } }`;
const GET = `query ($id: ID!) { memory(id: $id) { importance history { change before after } } }`;
const FEEDBACK = `mutation ($input: GiveFeedbackInput!) { giveFeedback(input: $input) { id cursor } }`;
const STATS = `query ($projectId: ID, $days: Int! = 30, $zone: String! = "UTC") {
  memoryStats(projectId: $projectId) { total createdLast24h reflectionsLast24h byLayer { layer count }
    timeline(days: $days, timeZone: $zone) { day memories reflections } topProjects { count project { id name } } }
}`;
const DECAY = `mutation ($projectId: ID, $dryRun: Boolean) { decayMemories(projectId: $projectId, dryRun: $dryRun) { archived dryRun cursor } }`;

let tenant: TestTenant;
let client: TestClient;
const create = async (content: string, more: object = {}) =>
  (await client.ask(CREATE, { input: { projectId: tenant.projectId, content, ...more } })).createMemory.memory;
const get = async (id: string) => (await client.ask(GET, { id })).memory;

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

describe('giveFeedback', () => {
  test('moves importance a fifth of the way to 1 or 0 times the score, with a line in the history', async () => {
    const memory = await create('The ferry leaves at nine.', { importance: 0.5 });
    const { giveFeedback } = await client.ask(FEEDBACK, {
      input: { memoryId: memory.id, score: 1, comment: 'Right!' },
    });
    expect(await get(memory.id)).toEqual({
      importance: 0.6,
      history: [
        { change: 'FEEDBACK', before: { importance: 0.5 }, after: { importance: 0.6, feedbackId: giveFeedback.id } },
      ],
    });
    await client.ask(FEEDBACK, { input: { memoryId: memory.id, score: -0.5 } });
    expect((await get(memory.id)).importance).toBe(0.54);
  });

  test('lifts the memories that are named as the right ones by a tenth, and is given once under a key', async () => {
    const [wrong, right] = [
      await create('Wrong one.', { importance: 0.5 }),
      await create('Right one.', { importance: 0.5 }),
    ];
    const input = { memoryId: wrong.id, score: -1, relevantMemoryIds: [right.id], idempotencyKey: 'f-1' };
    const first = await client.ask(FEEDBACK, { input });
    expect(await client.ask(FEEDBACK, { input })).toEqual(first);
    expect([(await get(wrong.id)).importance, (await get(right.id)).importance]).toEqual([0.4, 0.55]);
  });

  test('on an answer moves what it cites', async () => {
    const memory = await create('Zofia keeps the spare key under the blue flowerpot.', { importance: 0.5 });
    const { ask } = await client.ask(
      `mutation ($input: AskInput!) { ask(input: $input) { answer { id status citations { memoryId } } } }`,
      { input: { projectId: tenant.projectId, question: 'Where does Zofia keep the spare key?' } },
    );
    expect(ask.answer.citations.map(({ memoryId }: { memoryId: string }) => memoryId)).toContain(memory.id);
    await client.ask(FEEDBACK, { input: { answerId: ask.answer.id, score: 1 } });
    expect((await get(memory.id)).importance).toBe(0.55);
  });

  const unknown = '01900000-0000-7000-8000-000000000000';
  test.each([
    ['neither an answer nor a memory', { score: 1 }, 'BAD_USER_INPUT'],
    ['both', { answerId: unknown, memoryId: unknown, score: 1 }, 'BAD_USER_INPUT'],
    ['a score above 1', { memoryId: unknown, score: 1.1 }, 'BAD_USER_INPUT'],
    [
      '101 relevant ids',
      {
        memoryId: unknown,
        score: 1,
        relevantMemoryIds: Array.from({ length: 101 }, (_, at) => unknown.replace(/000$/, String(at).padStart(3, '0'))),
      },
      'BAD_USER_INPUT',
    ],
    ['what is no id', { memoryId: 'x', score: 1 }, 'BAD_USER_INPUT'],
    ['an empty comment', { memoryId: unknown, score: 1, comment: ' ' }, 'BAD_USER_INPUT'],
    ['a memory that is not there', { memoryId: unknown, score: 1 }, 'NOT_FOUND'],
    ['an answer that is not there', { answerId: unknown, score: 1 }, 'NOT_FOUND'],
  ])('with %s is refused', async (_, input, code) => {
    expect(await client.codeOf(FEEDBACK, { input })).toBe(code);
  });

  test('that names a relevant memory which is not there moves nothing', async () => {
    const memory = await create('Not moved.', { importance: 0.5 });
    const input = { memoryId: memory.id, score: 1, relevantMemoryIds: [unknown] };
    expect(await client.codeOf(FEEDBACK, { input })).toBe('NOT_FOUND');
    expect(await get(memory.id)).toEqual({ importance: 0.5, history: [] });
  });
});

describe('memoryStats', () => {
  test('counts what is found now by layer, and what was stored lately whatever became of it', async () => {
    const own = await createTestTenant();
    const { createProject } = await own.client.ask(
      'mutation { createProject(input: { name: "small" }) { project { id } } }',
    );
    const small = createProject.project.id;
    const layers = ['EPISODIC', 'EPISODIC', 'SEMANTIC', 'REFLECTIVE', 'WORKING'];
    const ids: string[] = [];
    for (const [at, layer] of layers.entries()) {
      const { createMemory } = await own.client.ask(CREATE, {
        input: { projectId: own.projectId, layer, content: `stat ${at}` },
      });
      ids.push(createMemory.memory.id);
    }
    await own.client.ask(CREATE, { input: { projectId: small, content: 'of the small one' } });
    await own.client.ask('mutation ($id: ID!) { archiveMemory(id: $id) { cursor } }', { id: ids[0] });
    const { memoryStats } = await own.client.ask(STATS, { days: 3, zone: 'Europe/Warsaw' });
    expect(memoryStats).toMatchObject({
      total: 4,
      createdLast24h: 5,
      reflectionsLast24h: 1,
      byLayer: [
        { layer: 'EPISODIC', count: 2 },
        { layer: 'SEMANTIC', count: 1 },
        { layer: 'PROCEDURAL', count: 0 },
        { layer: 'REFLECTIVE', count: 1 },
      ],
      topProjects: [
        { count: 3, project: { id: own.projectId, name: 'default' } },
        { count: 1, project: { id: small, name: 'small' } },
      ],
    });
    expect(memoryStats.timeline).toHaveLength(3);
    const counted = memoryStats.timeline.reduce((sum: number, { memories }: { memories: number }) => sum + memories, 0);
    expect(counted).toBe(5);
    const today = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Warsaw' }).format(new Date());
    expect(memoryStats.timeline[2].day <= today).toBe(true);
    expect((await own.client.ask(STATS, { projectId: small })).memoryStats).toMatchObject({
      total: 1,
      topProjects: [{ count: 1 }],
    });
  });

  test.each([
    ['days', { days: 0 }],
    ['days', { days: 367 }],
    ['timeZone', { zone: 'Mars/Olympus' }],
    ['timeZone', { zone: '+02:00' }],
  ])('with a wrong %s is BAD_USER_INPUT: %j', async (_, variables) => {
    expect(await client.codeOf(STATS, variables)).toBe('BAD_USER_INPUT');
  });
});

test('decayMemories archives nothing that is fresh, and says so under dryRun too', async () => {
  await create('Unimportant but fresh.', { importance: 0 });
  for (const dryRun of [true, false])
    expect((await client.ask(DECAY, { projectId: tenant.projectId, dryRun })).decayMemories).toEqual({
      archived: 0,
      dryRun,
      cursor: null,
    });
});
