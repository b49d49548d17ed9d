import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Embedder, NO_CAUSE, systemClock, uuidv7 } from '@rae/kernel';
import { createMetrics } from '@rae/telemetry';
import { openTestDatabase, silentLogger, type TestDatabase, testCaller } from '@rae/testkit';
import { planMemory } from '../../domain/new-memory.ts';
import { indexBytes, packLex, quantisationScale, quantise } from '../../engine/index.ts';
import { insertMemories } from '../../queries/insert-memories.ts';
import { PIECE_ROWS } from '../../queries/read-index.ts';
import { createIndexRegistry } from './index-registry.ts';

const DIMENSIONS = 8;
const MODEL = 'test/model@8';
const EMBEDDER: Embedder = {
  id: MODEL,
  dimensions: DIMENSIONS,
  local: true,
  maxTokens: 512,
  languages: null,
  embed: async () => [],
  close: async () => {},
};
const ROWS = 2 * PIECE_ROWS + 1;
const caller = testCaller();
const small = [uuidv7(), uuidv7()];
const large = uuidv7();

let db: TestDatabase;

/** Memories with a vector each. */
async function fill(projectId: string, count: number, into: TestDatabase = db): Promise<void> {
  const vector = quantise(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0), quantisationScale(MODEL, DIMENSIONS));
  const policies = { secretPolicy: 'OFF', personalDataPolicy: 'OFF' } as const;
  const options = { now: new Date(), dimensions: DIMENSIONS, policies };
  const rows = Array.from({ length: count }, (_, at) => {
    const content = `Buoy number ${at} is green.`;
    const memory = planMemory({ layer: 'EPISODIC', content }, 'input', options);
    return { id: uuidv7(), memory, lex: packLex(content, null), vector };
  });
  for (let at = 0; at < count; at += 500)
    await into.as(caller, (tx) => insertMemories(tx, projectId, MODEL, rows.slice(at, at + 500)));
}

function open(maxBytes: number, from: TestDatabase = db) {
  const metrics = createMetrics();
  const registry = createIndexRegistry({
    embedder: EMBEDDER,
    maxBytes,
    askForAnn: async () => {},
    logger: silentLogger,
    metrics,
  });
  const get = (projectId: string) => registry.get(caller.tenantId, projectId, (work) => from.as(caller, work));
  const loads = async (): Promise<number> => {
    const [, count = '0'] = /^rae_index_load_seconds_count (\d+)/m.exec(await metrics.registry.metrics()) ?? [];
    return Number(count);
  };
  return { registry, get, loads };
}

beforeAll(async () => {
  db = await openTestDatabase();
  for (const projectId of small) await fill(projectId, 20);
  await fill(large, ROWS);
}, 60_000);
afterAll(() => db.close());

describe('the search indexes of a process', () => {
  test('hold a project of two pieces and a row as a whole, each row with its vector', async () => {
    const { activeRows, vectors } = await open(2 ** 30).get(large);
    expect([activeRows, vectors?.count]).toEqual([ROWS, ROWS]);
  });

  test('are loaded once by 10 that ask at once', async () => {
    const { get, loads } = open(2 ** 30);
    const indexes = await Promise.all(Array.from({ length: 10 }, () => get(large)));
    expect([new Set(indexes).size, await loads()]).toEqual([1, 1]);
  });

  test('stay while they fit; where one more does not, the one used longest ago is dropped and loaded anew', async () => {
    const [first = '', second = ''] = small;
    const all = open(2 ** 30);
    const sizes = [
      indexBytes(await all.get(first)),
      indexBytes(await all.get(second)),
      indexBytes(await all.get(large)),
    ];
    for (const projectId of [first, second, large, first]) await all.get(projectId);
    expect(await all.loads()).toBe(3);

    const few = open((sizes[0] ?? 0) + (sizes[2] ?? 0)); // room for the large one and one of the small
    for (const projectId of [first, second]) await few.get(projectId);
    const kept = await few.get(first); // used after the second one
    await few.get(large);
    expect([await few.get(first), await few.loads()]).toEqual([kept, 3]);
    await few.get(second);
    expect(await few.loads()).toBe(4);
  });

  test('are loaded anew after a restore: what another cluster wrote since is told by no snapshot of this one', async () => {
    const own = await openTestDatabase(systemClock, null);
    try {
      const projectId = uuidv7();
      await fill(projectId, 20, own);
      const { registry, get, loads } = open(2 ** 30, own);
      const index = await get(projectId);
      const isFresh = () => own.as(caller, (tx) => registry.freshen(index, projectId, tx));
      expect(await isFresh()).toBe(true);
      const asOwner = { role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE } as const;
      await own.transact(asOwner, (tx) => tx.query('update platform.event_log set epoch = epoch + 1', []));
      expect(await isFresh()).toBe(false);
      await registry.catchUp(caller.tenantId, projectId, (work) => own.as(caller, work));
      expect([(await get(projectId)) === index, await loads()]).toEqual([false, 2]);
    } finally {
      await own.close();
    }
  });
});
