import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { uuidv7 } from '@rae/kernel';
import {
  createInProcessWorkingStore,
  createRedisWorkingStore,
  type WorkingMemory,
  type WorkingStore,
} from '@rae/memory-subgraph';
import { silentLogger } from '@rae/testkit';

const REDIS_URL = process.env.REDIS_URL;
const CAP = 50;
/** How far the clock of the store in this process was turned on; Redis has its own. */
let ahead = 0;

/** Two stores of one place: those of Redis stand for two processes. */
const IMPLEMENTATIONS: [string, () => [WorkingStore, WorkingStore]][] = [
  [
    'in this process',
    () => {
      const store = createInProcessWorkingStore({ clock: { now: () => new Date(Date.now() + ahead) }, cap: CAP });
      return [store, store];
    },
  ],
  ...(REDIS_URL
    ? ([
        [
          'in Redis, seen by two processes',
          () => {
            const open = () => createRedisWorkingStore({ url: REDIS_URL, logger: silentLogger, cap: CAP });
            return [open(), open()];
          },
        ],
      ] satisfies [string, () => [WorkingStore, WorkingStore]][])
    : []),
];

const DAY_MS = 86_400_000;

function workingMemory(more: Partial<WorkingMemory> = {}): WorkingMemory {
  const now = new Date();
  return {
    id: uuidv7(),
    projectId: 'p1',
    layer: 'WORKING',
    status: 'ACTIVE',
    content: 'It is "2026-11-21T08:30:00.000Z", żółć 🦔',
    role: null,
    speaker: null,
    source: null,
    tags: ['a'],
    metadata: { when: '2026-11-21T08:30:00.000Z', n: [1.5, null] },
    userId: null,
    agentId: null,
    sessionId: null,
    importance: 0.3,
    occurredAt: now,
    validFrom: now,
    validTo: null,
    createdAt: now,
    supersededAt: null,
    supersededBy: null,
    archivedAt: null,
    expiresAt: new Date(now.getTime() + DAY_MS),
    summary: null,
    detectedPii: [],
    maskedPii: [],
    documentId: null,
    collection: null,
    chunkIndex: null,
    section: null,
    page: null,
    version: 1,
    ...more,
  };
}

describe.each(IMPLEMENTATIONS)('WORKING memories %s', (_, open) => {
  let own: WorkingStore;
  let other: WorkingStore;
  let tenant: string;
  beforeAll(() => {
    [own, other] = open();
  });
  beforeEach(() => {
    tenant = uuidv7();
    ahead = 0;
  });
  afterAll(async () => {
    await own.close();
    await other.close();
  });

  const ids = (memories: readonly WorkingMemory[]) => memories.map(({ id }) => id).sort();
  async function listed(projectId: string | null, sessionId: string | null = null, of = tenant): Promise<string[]> {
    const found: string[] = [];
    for await (const piece of other.list(of, { projectId, sessionId })) found.push(...ids(piece));
    return found.sort();
  }

  test('are found as they were put, field by field, and by nobody of another tenant', async () => {
    const memory = workingMemory();
    expect(await own.put(tenant, [memory], null)).toEqual([memory.id]);
    expect(await other.find(tenant, [memory.id, uuidv7()])).toEqual([memory]);
    expect(await other.find(uuidv7(), [memory.id])).toEqual([]);
    expect(await listed(null, null, uuidv7())).toEqual([]);
  });

  test('are listed by tenant, by project and by session', async () => {
    const memories = [
      workingMemory(),
      workingMemory({ sessionId: 's' }),
      workingMemory({ projectId: 'p2', sessionId: 's' }),
    ];
    await own.put(tenant, memories, null);
    expect(await listed(null)).toEqual(ids(memories));
    expect(await listed('p1')).toEqual(ids(memories.slice(0, 2)));
    expect(await listed('p1', 's')).toEqual(ids(memories.slice(1, 2)));
    expect(await listed(null, 's')).toEqual(ids(memories.slice(1)));
  });

  test('end by themselves, and make room', async () => {
    const soon = new Date(Date.now() + 150);
    const memories = Array.from({ length: CAP }, () => workingMemory({ expiresAt: soon }));
    await own.put(tenant, memories, null);
    expect(await other.find(tenant, ids(memories))).toHaveLength(CAP);
    let left = CAP;
    while (left > 0) left = (await other.find(tenant, ids(memories))).length;
    expect(await listed(null)).toEqual([]);
    const next = workingMemory();
    expect(await own.put(tenant, [next], null)).toEqual([next.id]);
  });

  test('are at most 50 where the cap is 50: one more is CONFLICT, all or none, and another tenant has its own 50', async () => {
    const memories = Array.from({ length: CAP - 1 }, () => workingMemory());
    await own.put(tenant, memories, null);
    const refused = own.put(tenant, [workingMemory(), workingMemory()], null);
    await expect(refused).rejects.toMatchObject({ code: 'CONFLICT', details: { limit: CAP, held: CAP - 1 } });
    expect(await listed(null)).toHaveLength(CAP - 1);
    expect(await own.put(tenant, [workingMemory()], null)).toHaveLength(1);
    expect(await own.put(uuidv7(), memories, null)).toHaveLength(CAP - 1);
  });

  test('are put once under a key; another hash under it is IDEMPOTENCY_CONFLICT', async () => {
    const first = [workingMemory(), workingMemory()];
    const call = { key: 'k', hash: 'h' };
    const put = await Promise.all([
      own.put(tenant, first, call),
      other.put(tenant, [workingMemory(), workingMemory()], call),
    ]);
    expect(put[0]).toEqual(put[1]);
    expect(await listed(null)).toHaveLength(2);
    await expect(own.put(tenant, [workingMemory()], { key: 'k', hash: 'x' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await own.put(uuidv7(), [workingMemory()], call)).toHaveLength(1);
  });

  test('are replaced only as they were read, keep their new end, and are gone once removed', async () => {
    const memory = workingMemory({ sessionId: 's' });
    await own.put(tenant, [memory], null);
    const next = { ...memory, tags: ['b'], version: 2, expiresAt: new Date(Date.now() + 2 * DAY_MS) };
    expect(await other.replace(tenant, memory, next)).toBe(true);
    expect(await own.replace(tenant, memory, { ...memory, version: 2 })).toBe(false);
    expect(await own.find(tenant, [memory.id])).toEqual([next]);
    await other.remove(tenant, [next]);
    expect(await own.find(tenant, [memory.id])).toEqual([]);
    expect(await listed('p1', 's')).toEqual([]);
    expect(await own.replace(tenant, next, next)).toBe(false);
  });
});

test('a store in this process forgets what is over by its clock, and the keys with it', async () => {
  const store = createInProcessWorkingStore({ clock: { now: () => new Date(Date.now() + ahead) }, cap: 1 });
  const tenant = uuidv7();
  await store.put(tenant, [workingMemory()], { key: 'k', hash: 'h' });
  await expect(store.put(tenant, [workingMemory()], null)).rejects.toMatchObject({ code: 'CONFLICT' });
  ahead = DAY_MS + 1;
  const later = workingMemory({ expiresAt: new Date(Date.now() + 3 * DAY_MS) });
  expect(await store.put(tenant, [later], { key: 'k', hash: 'other' })).toEqual([later.id]);
  await store.close();
});

test('a Redis that does not answer is DEPENDENCY_UNAVAILABLE', async () => {
  const store = createRedisWorkingStore({ url: 'redis://127.0.0.1:1', logger: silentLogger });
  await expect(store.find(uuidv7(), [uuidv7()])).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  await store.close();
});
