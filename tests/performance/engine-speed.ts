/*
 * Speed and size of the search index alone, on made-up memories: `node tests/performance/engine-speed.ts [rows …]`
 * (10 000 and 100 000 when left out). Prints load time, the longest single step, time of a search, and bytes a memory.
 */
import {
  applyDelta,
  compactIndex,
  createProjectIndex,
  finishLoading,
  type IndexFilter,
  indexBytes,
  loadRows,
  loadVectors,
  type ProjectIndex,
  packId,
  quantisationScale,
  rank,
} from '../../subgraphs/memory/src/engine/index.ts';
import { quantile } from './lib/random.ts';
import { makeMemories, type SyntheticMemories } from './lib/synthetic.ts';

const DIMENSIONS = 512;
const QUESTIONS = 300;
const MODEL = 'local/use-lite-int8';

const FILTERS: Readonly<Record<string, IndexFilter | null>> = {
  none: null,
  'agent (10 %)': { agentId: 'agent-3' },
  'tag (1 %)': { tags: ['tag-7'] },
  'user (.1 %)': { userId: 'user-42' },
  'layers and time (40 %)': { layers: ['EPISODIC'], occurredFrom: 1_700_000_000_000, occurredTo: 1_703_000_000_000 },
  'session (20 rows)': { sessionId: 'session-77' },
};

interface Stalls {
  longestMs: number;
  totalMs: number;
}

async function runSlices(slices: Generator<unknown, unknown>, stalls: Stalls): Promise<void> {
  for (;;) {
    const from = performance.now();
    const { done } = slices.next();
    const took = performance.now() - from;
    stalls.totalMs += took;
    stalls.longestMs = Math.max(stalls.longestMs, took);
    if (done) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function load(memories: SyntheticMemories, count: number, scale: number): Promise<[ProjectIndex, Stalls]> {
  const stalls = { longestMs: 0, totalMs: 0 };
  const index = createProjectIndex({ dimensions: DIMENSIONS, scale, languages: ['en'] }, count);
  for (const pack of memories.rows) await runSlices(loadRows(index, pack), stalls);
  for (const pack of memories.vectors) await runSlices(loadVectors(index, pack), stalls);
  await runSlices(finishLoading(index, '10:10:'), stalls);
  return [index, stalls];
}

function searchTimes(index: ProjectIndex, memories: SyntheticMemories, filter: IndexFilter | null): number[] {
  return memories.questions.map(({ text, vector }) => {
    const from = performance.now();
    rank(index, { text, vector, signals: null, filter, limit: 10 });
    return performance.now() - from;
  });
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

async function measure(count: number): Promise<void> {
  const scale = quantisationScale(MODEL, DIMENSIONS);
  const memories = makeMemories(count, QUESTIONS, DIMENSIONS, scale);
  await load(memories, count, scale);
  const [index, loading] = await load(memories, count, scale);
  console.log(`\n${count} memories of ${DIMENSIONS} dimensions`);
  console.log(`load             ${loading.totalMs.toFixed(0)} ms, longest step ${ms(loading.longestMs)}`);
  console.log(`bytes a memory   ${(indexBytes(index) / count).toFixed(0)}`);
  for (const [name, filter] of Object.entries(FILTERS)) {
    searchTimes(index, memories, filter);
    const times = searchTimes(index, memories, filter);
    const [p50, p95, max] = [quantile(times, 0.5), quantile(times, 0.95), Math.max(...times)];
    console.log(`search ${name.padEnd(24)} p50 ${ms(p50)}  p95 ${ms(p95)}  longest ${ms(max)}`);
  }
  const from = performance.now();
  applyDelta(index, { snapshot: '11:11:', rows: null, erased: packId(7), vectors: null });
  const erased = performance.now() - from;
  const stalls = { longestMs: 0, totalMs: 0 };
  await runSlices(compactIndex(index), stalls);
  console.log(
    `erase one        ${ms(erased)}, then compaction ${stalls.totalMs.toFixed(0)} ms, longest step ${ms(stalls.longestMs)}`,
  );
}

for (const argument of process.argv.length > 2 ? process.argv.slice(2) : ['10000', '100000'])
  await measure(Number(argument));
