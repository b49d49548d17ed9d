import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Embedder, LogFields, Logger } from '@rae/kernel';
import { type EncoderProcess, startEncoderProcess } from './local/encoder-process.ts';
import { createLocalEmbedder } from './local/local-embedder.ts';
import { createOfflineEncoder } from './offline-encoder.ts';

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
const started: EncoderProcess[] = [];

const createEncoder = () => {
  const made = createOfflineEncoder({ modelDir, assertOutsideTransaction: () => {} });
  opened.push(made);
  return made;
};

/** An embedder whose processes are kept in `started`. */
const createWatched = (start: () => EncoderProcess, timeoutMs = 60_000) => {
  const model = { id: 'local/test', dimensions: 512, maxTokens: 128, languages: null };
  const watched = createLocalEmbedder({
    ...model,
    timeoutMs,
    start: () => {
      const made = start();
      started.push(made);
      return made;
    },
  });
  opened.push(watched);
  return watched;
};

const startInt8 = () => startEncoderProcess('use-lite', [modelDir, 'int8']);
const pidOf = (index: number) => started[index]?.pid ?? 0;
const isGone = (pid: number) => {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
};

const embed = (texts: readonly string[]) => encoder.embed(texts, 'document');
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
  started.splice(0);
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
    const yardstick = createWatched(() => startEncoderProcess('use-lite', [modelDir, 'float32']));
    const [vectors, exact] = await Promise.all([embed(VARIED), yardstick.embed(VARIED, 'document')]);
    const cosines = VARIED.map((_, index) => dot(vectors[index], exact[index]));
    expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.999);
  });

  test('with 32-bit weights are those of the published model, up to the first 128 tokens of a text of 801', async () => {
    const yardstick = createWatched(() => startEncoderProcess('use-lite', [modelDir, 'float32']));
    for (const { text, vector } of published) {
      if (!vector) continue;
      const [made] = await yardstick.embed([text], 'document');
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
    const backwards = (await createEncoder().embed([...VARIED].reverse(), 'query')).reverse();
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

describe('the process of the encoder', () => {
  test('is started by the first call, and gone after close, which may come twice', async () => {
    const watched = createWatched(startInt8);
    expect(started).toHaveLength(0);
    await watched.embed(['one'], 'document');
    await watched.embed(['two'], 'document');
    expect(started).toHaveLength(1);
    await watched.close();
    await watched.close();
    expect(isGone(pidOf(0))).toBe(true);
    await expect(watched.embed(['three'], 'document')).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(started).toHaveLength(1);
  });

  test('that is killed in the middle of a batch is started anew, and the call is answered as if nothing had been', async () => {
    const watched = createWatched(startInt8);
    await watched.embed(['warm'], 'document');
    const answer = watched.embed(VARIED, 'document');
    process.kill(pidOf(0), 'SIGKILL');
    expect(await answer).toEqual(await embed(VARIED));
    expect(started).toHaveLength(2);
  });

  test('that dies between two calls is started anew by the next', async () => {
    const watched = createWatched(startInt8);
    await watched.embed(['warm'], 'document');
    await started[0]?.stop();
    expect(await watched.embed(['next'], 'document')).toEqual(await embed(['next']));
    expect(started).toHaveLength(2);
  });

  test('that dies twice over one batch makes the call MODEL_UNAVAILABLE (retryable), and the next call starts a third', async () => {
    const watched = createWatched(() => {
      const made = startInt8();
      if (started.length < 2 && made.pid) process.kill(made.pid, 'SIGKILL');
      return made;
    });
    const refused = watched.embed(['text'], 'document');
    await expect(refused).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(await watched.embed(['text'], 'document')).toEqual(await embed(['text']));
    expect(started).toHaveLength(3);
  });

  test('that hangs is ended after the time a batch may take, and the batch tried once more', async () => {
    const watched = createWatched(() => {
      const made = startInt8();
      if (started.length === 0 && made.pid) process.kill(made.pid, 'SIGSTOP');
      return made;
    }, 5000);
    expect(await watched.embed(['text'], 'document')).toEqual(await embed(['text']));
    expect(isGone(pidOf(0))).toBe(true);
  });

  test('goes on after SIGINT and SIGTERM, which reach the whole group when the server is to finish what it has', async () => {
    const watched = createWatched(startInt8);
    await watched.embed(['warm'], 'document');
    process.kill(pidOf(0), 'SIGINT');
    process.kill(pidOf(0), 'SIGTERM');
    await watched.embed(['more'], 'document');
    expect(started).toHaveLength(1);
  });

  test('ends when the server is killed', async () => {
    const url = new URL('./offline-encoder.ts', import.meta.url).href;
    const settings = `{ modelDir: ${JSON.stringify(modelDir)}, assertOutsideTransaction: () => {} }`;
    const program = `import { createOfflineEncoder } from ${JSON.stringify(url)};
      await createOfflineEncoder(${settings}).embed(['text'], 'document'); console.log('ready');`;
    const server = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(server.stdout, 'data');
    server.kill('SIGKILL');
    // Both write to one stderr: it closes when the last of the two is gone.
    expect(await once(server, 'close')).toEqual([null, 'SIGKILL']);
  });

  test('gets neither the environment nor the flags of the server', async () => {
    const watched = createWatched(startInt8);
    await watched.embed(['warm'], 'document');
    const environment = await readFile(`/proc/${pidOf(0)}/environ`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pidOf(0)}/cmdline`, 'utf8').catch(() => '');
    const names = environment
      .split('\0')
      .filter(Boolean)
      .map((entry) => entry.split('=')[0]);
    expect(names.filter((name) => !name?.startsWith('NODE_CHANNEL_'))).toEqual([]);
    expect(command).not.toContain('--experimental-vm-modules');
  });
});

describe('the model file', () => {
  test('that was torn is made anew', async () => {
    const before = await embed(['text']);
    const [name = ''] = (await readdir(modelDir)).filter((file) => file.startsWith('use-lite-int8'));
    const path = join(modelDir, name);
    const whole = await readFile(path);
    await truncate(path, 7_000_000);
    expect(await createEncoder().embed(['text'], 'document')).toEqual(before);
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
    const refused = await broken.embed(['text'], 'document').catch((error) => error);
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
    await expect(refusing.embed(['text'], 'query')).rejects.toThrow(
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
    const [first] = await cached.embed(['where is Anna?'], 'query');
    const kept = first?.slice();
    first?.fill(0);
    expect(await cached.embed(['where is Anna?'], 'query')).toEqual([kept]);
    await cached.embed(['where is Anna?'], 'document');
    expect(hits).toEqual([false, true]);
  });
});
