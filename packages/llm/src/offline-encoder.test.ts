import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Embedder, LogFields, Logger } from '@rae/kernel';
import { testSpend } from '../fixtures/spend.ts';
import { startEncoderProcess } from './local/encoder-process.ts';
import { createLocalEmbedder } from './local/local-embedder.ts';
import { createOfflineEncoder } from './offline-encoder.ts';

const spend = testSpend();

jest.setTimeout(120_000);

interface Answer {
  readonly text: string;
  readonly vector?: string;
}

const fixture = new URL('../fixtures/published-answers.json', import.meta.url);
const published: readonly Answer[] = JSON.parse(readFileSync(fixture, 'utf8')).texts;

const VARIED: readonly string[] = [
  ...published.map((answer) => answer.text),
  'Budget of the research team for Q3: 12,500 USD, of which 40 % is spent.',
  'Anna moved from Kraków to Lisbon in May and asked us to ship everything to the new address.',
  'no',
  'W ubiegły wtorek klient zażądał zwrotu pieniędzy za uszkodzoną przesyłkę.',
  'Where is the 2019 contract with the supplier from Gdynia?',
  'TypeError: Cannot read properties of undefined (reading "id") at main.ts:42:13',
  '{"event":"memory.created","id":"0199-aa","tags":["a","b"]}',
  '\n\n- first\n- second\n  - third\n',
  '😀😃😄😁😆',
  'THE QUARTERLY REPORT IS LATE AGAIN!!!',
  'the '.repeat(127),
];

let modelDir = '';
let encoder: Embedder;
const opened: Embedder[] = [];

const createEncoder = () => {
  const made = createOfflineEncoder({ modelDir, assertOutsideTransaction: () => {} });
  opened.push(made);
  return made;
};

/** The same model with 32-bit weights. */
const createYardstick = () => {
  const made = createLocalEmbedder({
    id: 'local/use-lite-float32',
    dimensions: 512,
    maxTokens: 128,
    languages: ['en'],
    timeoutMs: 60_000,
    start: () => startEncoderProcess('use-lite', [modelDir, 'float32']),
  });
  opened.push(made);
  return made;
};

const embed = (texts: readonly string[]) => encoder.embed(texts, 'document', spend);
const dot = (one: Float32Array = new Float32Array(), other: Float32Array = new Float32Array()) =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

function readVector(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

beforeAll(async () => {
  modelDir = await mkdtemp(join(tmpdir(), 'rae-encoder-'));
  encoder = createEncoder();
});

afterEach(async () => {
  for (const made of opened.splice(0)) if (made !== encoder) await made.close();
});

afterAll(async () => {
  await encoder.close();
  await rm(modelDir, { recursive: true });
});

describe('vectors of the offline encoder', () => {
  test('say what they are: local/use-lite-int8, 512 dimensions, 128 tokens, English', () => {
    expect(encoder).toMatchObject({
      id: 'local/use-lite-int8',
      dimensions: 512,
      maxTokens: 128,
      languages: ['en'],
      local: true,
    });
  });

  test(`of ${VARIED.length} varied texts have a cosine of at least 0.999 with those of 32-bit weights`, async () => {
    const yardstick = createYardstick();
    const [vectors, exact] = await Promise.all([embed(VARIED), yardstick.embed(VARIED, 'document', spend)]);
    const cosines = VARIED.map((_, index) => dot(vectors[index], exact[index]));
    expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.999);
  });

  test('with 32-bit weights are those of the published model, up to the first 128 tokens of a text of 801', async () => {
    const yardstick = createYardstick();
    for (const { text, vector } of published) {
      if (!vector) continue;
      const [made] = await yardstick.embed([text], 'document', spend);
      expect(dot(made, readVector(vector))).toBeGreaterThan(0.999999);
    }
  });

  test('are of unit length, for an empty text too', async () => {
    const vectors = await embed(VARIED);
    for (const vector of vectors) expect(Math.abs(dot(vector, vector) - 1)).toBeLessThan(1e-5);
    expect(vectors).toHaveLength(VARIED.length);
    expect(VARIED[0]).toBe('');
  });

  test('are the same to the last bit alone, in a batch, in another order and from another process', async () => {
    const together = await embed(VARIED);
    const backwards = (await createEncoder().embed([...VARIED].reverse(), 'query', spend)).reverse();
    for (const [index, text] of VARIED.entries()) {
      const [alone] = await embed([text]);
      expect(alone).toEqual(together[index]);
      expect(backwards[index]).toEqual(together[index]);
    }
  });

  test('know no token after the 128th', async () => {
    const words = Array.from({ length: 128 }, () => 'the').join(' ');
    const [exact, longer, shorter] = await embed([words, `${words}${' other words'.repeat(5000)}`, words.slice(4)]);
    expect(longer).toEqual(exact);
    expect(shorter).not.toEqual(exact);
  });

  test('of sentences that mean the same are nearer than of those that do not', async () => {
    const [refund, money, weather] = await embed(['I want a refund', 'Give me my money back', 'It rained all day']);
    expect(dot(refund, money)).toBeGreaterThan(dot(refund, weather) + 0.1);
  });
});

describe('the model file', () => {
  test('that was torn is made anew', async () => {
    const before = await embed(['text']);
    const [name = ''] = (await readdir(modelDir)).filter((file) => file.startsWith('use-lite-int8'));
    const path = join(modelDir, name);
    const whole = await readFile(path);
    await truncate(path, 7_000_000);
    expect(await createEncoder().embed(['text'], 'document', spend)).toEqual(before);
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  test('whose folder cannot be made is MODEL_UNAVAILABLE; the log is told the reason, the caller no folder', async () => {
    const file = join(modelDir, 'a-file');
    await writeFile(file, '');
    const reasons: string[] = [];
    const ignore = () => {};
    const warn = ({ err }: LogFields) => void reasons.push(String(err));
    const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore, child: () => logger };
    const settings = { modelDir: join(file, 'models'), assertOutsideTransaction: ignore, logger };
    const broken = createOfflineEncoder(settings);
    opened.push(broken);
    const refused = await broken.embed(['text'], 'document', spend).catch((error) => error);
    expect(refused).toMatchObject({ code: 'MODEL_UNAVAILABLE', message: 'local/use-lite-int8 does not answer.' });
    expect(reasons).toEqual([expect.stringContaining('ENOTDIR'), expect.stringContaining('ENOTDIR')]);
  });
});

describe('calls of the offline encoder', () => {
  test('200 at the same time are each answered with their own vector', async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `memory number ${index}`);
    const one = await embed(texts);
    const many = await Promise.all(texts.map((text) => embed([text])));
    expect(many).toEqual(one.map((vector) => [vector]));
  });

  test('inside a transaction throw before anything is embedded', async () => {
    const refusing = createOfflineEncoder({
      modelDir,
      assertOutsideTransaction: (what) => {
        throw new Error(`inside a transaction: ${what}`);
      },
    });
    await expect(refusing.embed(['text'], 'query', spend)).rejects.toThrow(
      'inside a transaction: embedding with local/use-lite-int8',
    );
    await refusing.close();
  });

  test('for a query are answered from the cache the second time, and a caller may change what it got', async () => {
    const hits: boolean[] = [];
    const cached = createOfflineEncoder({
      modelDir,
      assertOutsideTransaction: () => {},
      onCache: (hit) => hits.push(hit),
    });
    opened.push(cached);
    const [first] = await cached.embed(['where is Anna?'], 'query', spend);
    const kept = first?.slice();
    first?.fill(0);
    expect(await cached.embed(['where is Anna?'], 'query', spend)).toEqual([kept]);
    await cached.embed(['where is Anna?'], 'document', spend);
    expect(hits).toEqual([false, true]);
  });
});
