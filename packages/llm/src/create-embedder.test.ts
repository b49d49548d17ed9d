import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testSettings } from '../fixtures/metering.ts';
import { sendEmbeddings, startProvider, vectorOf } from '../fixtures/provider-server.ts';
import { testSpend } from '../fixtures/spend.ts';
import { createEmbedder } from './create-embedder.ts';
import type { EmbedderSettings } from './settings.ts';

const spend = testSpend();

let modelDir = '';
let server: Awaited<ReturnType<typeof startProvider>>;

beforeAll(async () => {
  modelDir = await mkdtemp(join(tmpdir(), 'rae-embedder-'));
  server = await startProvider(({ body }, response) => sendEmbeddings(response, body.input.map(vectorOf)));
});

afterAll(async () => {
  await server.close();
  await rm(modelDir, { recursive: true });
});

const create = (settings: Partial<EmbedderSettings>) =>
  createEmbedder({
    model: 'openai-compatible/m',
    modelDir,
    baseUrl: server.url,
    ...testSettings(),
    ownSpend: spend,
    ...settings,
  });

test('local/use-lite-int8 is the offline encoder', async () => {
  const embedder = await create({ model: 'local/use-lite-int8' });
  expect(embedder).toMatchObject({ id: 'local/use-lite-int8', dimensions: 512, local: true });
  const [vector] = await embedder.embed(['text'], 'document', spend);
  expect(vector).toHaveLength(512);
  await embedder.close();
});

test.each(['', 'use-lite', 'local/other', 'openai', 'openai/', 'transformers/', '/m', 'constructor/m'])(
  'the model %j is BAD_USER_INPUT, with what would be right',
  async (model) => {
    const refused = create({ model, apiKey: 'key' });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'model' } });
    await expect(refused).rejects.toThrow('local/use-lite-int8, transformers/<model>, openai/<model>');
  },
);

test('transformers/… says what to install, and is not retryable', async () => {
  const refused = create({ model: 'transformers/Xenova/all-MiniLM-L6-v2' });
  await expect(refused).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false });
  await expect(refused).rejects.toThrow('"npm install @huggingface/transformers"');
});

describe('every embedder', () => {
  test('asks at the start of every embed whether it is inside a transaction, and then calls nobody', async () => {
    const asked: string[] = [];
    const embedder = await create({
      assertOutsideTransaction: (what) => {
        asked.push(what);
        if (asked.length > 1) throw new Error('inside a transaction');
      },
    });
    await embedder.embed(['one'], 'query', spend);
    const before = server.requests.length;
    await expect(embedder.embed(['one'], 'query', spend)).rejects.toThrow('inside a transaction');
    await expect(embedder.embed(['two'], 'document', spend)).rejects.toThrow('inside a transaction');
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'embedding with openai-compatible/m'));
    expect(server.requests).toHaveLength(before);
    await embedder.close();
  });

  test('answers a query of one text from its cache the second time, and tells hits and misses', async () => {
    const hits: boolean[] = [];
    const embedder = await create({ onCache: (hit) => hits.push(hit) });
    const before = server.requests.length;
    const first = await embedder.embed(['one'], 'query', spend);
    expect(await embedder.embed(['one'], 'query', spend)).toEqual(first);
    await embedder.embed(['one'], 'document', spend);
    await embedder.embed(['one', 'two'], 'query', spend);
    expect(hits).toEqual([false, true]);
    expect(server.requests).toHaveLength(before + 3);
    await embedder.close();
  });
});
