// How fast the offline encoder is through its port, and with --soak 100000 whether it stays right:
//   npx node tests/performance/encoder.ts [--data <folder with corpus.jsonl>] [--soak <texts>]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NO_CAUSE, spendOf, uuidv7 } from '@rae/kernel';
import { createOfflineEncoder } from '@rae/llm';
import { testCaller } from '@rae/testkit';

const spend = spendOf(
  { caller: testCaller(uuidv7()), cause: NO_CAUSE },
  { projectId: uuidv7(), operation: 'EMBEDDING' },
);

const { values: options } = parseArgs({ options: { data: { type: 'string' }, soak: { type: 'string' } } });

const WORDS =
  'budget ledger agent memory graph Anna Kraków invoice refund ship delay because after meeting Tuesday said wants ' +
  'three the of a to in and quickly supplier contract renewed żółć 🎉 v2.1 https://example.org/x?y=1 10:30 approved not';

/** The same numbers in every run (mulberry32). */
function createRandom(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = createRandom(7);
const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)];

function makeTexts(count: number): string[] {
  const words = WORDS.split(' ');
  const sentence = () => Array.from({ length: Math.floor(random() ** 2 * 40) }, () => pick(words)).join(' ');
  return Array.from({ length: count }, (_, index) => `${sentence()} ${index}`);
}

function readTexts(folder: string): string[] {
  const lines = readFileSync(join(folder, 'corpus.jsonl'), 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => String(JSON.parse(line).text));
}

/** Processes that this one started: their ids and resident megabytes. */
function children() {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' }).trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, parent, , command]) => Number(parent) === process.pid && command !== 'ps')
    .map(([pid, , kilobytes]) => ({ pid: Number(pid), megabytes: Math.round(Number(kilobytes) / 1024) }));
}

const modelDir = mkdtempSync(join(tmpdir(), 'rae-encoder-'));
const encoder = createOfflineEncoder({ modelDir, assertOutsideTransaction: () => {} });
const texts = options.data ? readTexts(options.data) : makeTexts(5000);

/** `callers` at a time take texts from one list, `batch` a call; the time of each call in milliseconds. */
async function measure(title: string, sample: readonly string[], callers: number, batch: number) {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const caller = async () => {
    while (next < sample.length) {
      const mine = sample.slice(next, next + batch);
      next += batch;
      const asked = performance.now();
      await encoder.embed(mine, 'document', spend);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - started) / 1000;
  times.sort((one, other) => one - other);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  const rate = (sample.length / seconds).toFixed(0);
  console.log(`${title.padEnd(32)} ${rate.padStart(6)} texts/s   p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`);
}

/** Every text many times over, in ever other company; each vector must be finite and the very one of the first time. */
async function soak(total: number) {
  const first = new Map<string, Float32Array>();
  const [before] = children();
  let [done, different, notFinite] = [0, 0, 0];
  const check = (text: string, vector: Float32Array) => {
    const known = first.get(text);
    if (!vector.every(Number.isFinite)) notFinite += 1;
    if (!known) first.set(text, vector);
    else if (!vector.every((value, index) => value === known[index])) different += 1;
    done += 1;
    if (done % 10_000 === 0) console.log(`  ${done} texts, encoder process ${JSON.stringify(children()[0])}`);
  };
  const caller = async () => {
    while (done < total) {
      const mine = Array.from({ length: 1 + Math.floor(random() ** 3 * 40) }, () => pick(texts) ?? '');
      const vectors = await encoder.embed(mine, 'document', spend);
      for (const [index, vector] of vectors.entries()) check(mine[index] ?? '', vector);
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  const [after] = children();
  console.log(
    `soak: ${done} texts of ${first.size} different ones; ${notFinite} not finite, ${different} not as at first`,
  );
  console.log(`the encoder process was ${before?.pid === after?.pid ? 'one and the same' : 'STARTED ANEW'}`);
  if (notFinite + different > 0 || before?.pid !== after?.pid) process.exitCode = 1;
}

try {
  const started = performance.now();
  await encoder.embed(['first'], 'document', spend);
  console.log(
    `${cpus()[0]?.model}, Node ${process.version}; first vector ${(performance.now() - started).toFixed(0)} ms`,
  );
  const characters = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);
  console.log(`${texts.length} texts of ${characters} characters on average`);
  await measure('one caller, 1 text a call', texts.slice(0, 1000), 1, 1);
  await measure('one caller, 32 texts a call', texts.slice(0, 2000), 1, 32);
  await measure('8 callers, 1 text a call', texts.slice(0, 2000), 8, 1);
  if (options.soak) await soak(Number(options.soak));
} finally {
  await encoder.close();
  rmSync(modelDir, { recursive: true });
}
