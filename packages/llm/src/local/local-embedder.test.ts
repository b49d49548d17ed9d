import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Embedder } from '@rae/kernel';
import { testSpend } from '../../fixtures/spend.ts';
import { createOfflineEncoder } from '../offline-encoder.ts';
import { type EncoderProcess, startEncoderProcess } from './encoder-process.ts';
import { createLocalEmbedder } from './local-embedder.ts';

const spend = testSpend();

jest.setTimeout(120_000);

const TEXTS = Array.from(
  { length: 60 },
  (_, index) => `memory ${index} ${'of what was said in the meeting '.repeat(index % 9)}`,
);

let modelDir = '';
let undisturbed: Embedder;
const opened: Embedder[] = [];
const started: EncoderProcess[] = [];

/** An embedder whose processes are kept in `started`. */
const createWatched = (start: () => EncoderProcess, timeoutMs = 60_000) => {
  const model = { id: 'local/test', dimensions: 512, maxTokens: 128, languages: null };
  const startWatched = () => {
    const made = start();
    started.push(made);
    return made;
  };
  const watched = createLocalEmbedder({ ...model, timeoutMs, start: startWatched });
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

beforeAll(async () => {
  modelDir = await mkdtemp(join(tmpdir(), 'rae-process-'));
  undisturbed = createOfflineEncoder({ modelDir, assertOutsideTransaction: () => {} });
  await undisturbed.embed(['the model file is made'], 'document', spend);
});

afterEach(async () => {
  for (const made of opened.splice(0)) await made.close();
  started.splice(0);
});

afterAll(async () => {
  await undisturbed.close();
  await rm(modelDir, { recursive: true });
});

describe('the process of the encoder', () => {
  test('is started by the first call, and gone after close, which may come twice', async () => {
    const watched = createWatched(startInt8);
    expect(started).toHaveLength(0);
    await watched.embed(['one'], 'document', spend);
    await watched.embed(['two'], 'document', spend);
    expect(started).toHaveLength(1);
    await watched.close();
    await watched.close();
    expect(isGone(pidOf(0))).toBe(true);
    await expect(watched.embed(['three'], 'document', spend)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(started).toHaveLength(1);
  });

  test('that is killed in the middle of a batch is started anew, and the call is answered as if nothing had been', async () => {
    const watched = createWatched(startInt8);
    await watched.embed(['warm'], 'document', spend);
    const answer = watched.embed(TEXTS, 'document', spend);
    process.kill(pidOf(0), 'SIGKILL');
    expect(await answer).toEqual(await undisturbed.embed(TEXTS, 'document', spend));
    expect(started).toHaveLength(2);
  });

  test('that dies between two calls is started anew by the next', async () => {
    const watched = createWatched(startInt8);
    await watched.embed(['warm'], 'document', spend);
    await started[0]?.stop();
    expect(await watched.embed(['next'], 'document', spend)).toEqual(
      await undisturbed.embed(['next'], 'document', spend),
    );
    expect(started).toHaveLength(2);
  });

  test('that dies twice over one batch makes the call MODEL_UNAVAILABLE (retryable), and the next call starts a third', async () => {
    const watched = createWatched(() => {
      const made = startInt8();
      if (started.length < 2 && made.pid) process.kill(made.pid, 'SIGKILL');
      return made;
    });
    const refused = watched.embed(['text'], 'document', spend);
    await expect(refused).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(await watched.embed(['text'], 'document', spend)).toEqual(
      await undisturbed.embed(['text'], 'document', spend),
    );
    expect(started).toHaveLength(3);
  });

  test('that hangs is ended after the time a batch may take, and the batch tried once more', async () => {
    const watched = createWatched(() => {
      const made = startInt8();
      if (started.length === 0 && made.pid) process.kill(made.pid, 'SIGSTOP');
      return made;
    }, 5000);
    expect(await watched.embed(['text'], 'document', spend)).toEqual(
      await undisturbed.embed(['text'], 'document', spend),
    );
    expect(isGone(pidOf(0))).toBe(true);
  });

  test('goes on after SIGINT and SIGTERM, which reach the whole group when the server is to finish what it has', async () => {
    const watched = createWatched(startInt8);
    await watched.embed(['warm'], 'document', spend);
    process.kill(pidOf(0), 'SIGINT');
    process.kill(pidOf(0), 'SIGTERM');
    await watched.embed(['more'], 'document', spend);
    expect(started).toHaveLength(1);
  });

  test('ends when the server is killed', async () => {
    const url = new URL('../offline-encoder.ts', import.meta.url).href;
    const settings = `{ modelDir: ${JSON.stringify(modelDir)}, assertOutsideTransaction: () => {} }`;
    const program = `import { createOfflineEncoder } from ${JSON.stringify(url)};
      await createOfflineEncoder(${settings}).embed(['text'], 'document', {}); console.log('ready');`;
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
    await watched.embed(['warm'], 'document', spend);
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
