import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { testSettings } from '../fixtures/metering.ts';
import { createPaperMeter, type PaperMeter } from '../fixtures/paper-meter.ts';
import { type ProviderRequest, sendJson, startProvider } from '../fixtures/provider-server.ts';
import { testSpend } from '../fixtures/spend.ts';
import { createReranker } from './create-reranker.ts';
import type { RerankerSettings } from './settings.ts';

const KEY = 'sk-very-secret';
const spend = testSpend({ operation: 'RERANK' });
const TEXTS = ['one', 'two', 'three'];

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Answer = (request: ProviderRequest, response: ServerResponse, count: number) => void;

async function start(answer: Answer, options: Partial<RerankerSettings> = {}, meter: PaperMeter = createPaperMeter()) {
  const server = await startProvider(answer);
  ends.push(server.close);
  const access = { apiKey: KEY, baseUrl: `${server.url}/v1` };
  const settings = { ...testSettings(meter), ...access, model: 'openai-compatible/judge', modelDir: '', ...options };
  const reranker = await createReranker(settings);
  ends.push(reranker.close);
  return { reranker, meter, requests: server.requests };
}

const ranking = (scores: readonly unknown[], body: object = {}) => ({
  results: scores.map((relevance_score, index) => ({ index, relevance_score })).reverse(),
  ...body,
});
const answerWith =
  (scores: readonly unknown[], body: object = {}): Answer =>
  (_, response) =>
    sendJson(response, ranking(scores, body));

describe('a reranker', () => {
  test('gives the texts’ scores in their order, held by no other model and settled at the provider’s tokens', async () => {
    const { reranker, meter, requests } = await start(answerWith([0.9, 0, 0.25], { usage: { total_tokens: 33 } }));
    expect(await reranker.rerank('which?', TEXTS, spend)).toEqual([0.9, 0, 0.25]);
    expect(requests).toMatchObject([
      {
        path: '/v1/rerank',
        headers: { authorization: `Bearer ${KEY}` },
        body: { model: 'judge', query: 'which?', documents: TEXTS },
      },
    ]);
    expect(meter.entries).toMatchObject([
      {
        kind: 'reserve',
        spend,
        call: { provider: 'openai-compatible', model: 'judge', maxOutputTokens: 0, fixedModel: true },
      },
      { kind: 'settle', used: { usage: { inputTokens: 33, outputTokens: 0 }, estimated: false } },
    ]);
  });

  test('of cohere and of voyage is asked as theirs are', async () => {
    const { reranker, requests } = await start(answerWith([0.5, 0.1, 0.2], { id: 'r', meta: {} }), {
      model: 'cohere/rerank-v3.5',
    });
    expect(await reranker.rerank('which?', TEXTS, spend)).toEqual([0.5, 0.1, 0.2]);
    expect(requests).toMatchObject([{ path: '/v1/rerank', body: { model: 'rerank-v3.5', documents: TEXTS } }]);
    const data = [0.5, 0.1, 0.2].map((relevance_score, index) => ({ index, relevance_score }));
    const voyage = await start(
      (_, response) => sendJson(response, { object: 'list', data, model: 'rerank-2.5', usage: { total_tokens: 12 } }),
      { model: 'voyage/rerank-2.5' },
    );
    expect(await voyage.reranker.rerank('which?', TEXTS, spend)).toEqual([0.5, 0.1, 0.2]);
    expect(voyage.meter.settled()).toMatchObject([{ usage: { inputTokens: 12 }, estimated: false }]);
  });

  test('without a word of tokens is counted here, the query once for each text, and marked', async () => {
    const { reranker, meter } = await start(answerWith([0.1, 0.2, 0.3]));
    await reranker.rerank('which', TEXTS, spend);
    expect(meter.settled()).toMatchObject([{ usage: { inputTokens: 6 }, estimated: true }]);
  });

  test('that answers logits is taken to scores from 0 to 1', async () => {
    const { reranker } = await start(answerWith([0, 4, -4]));
    const [one, two, three] = await reranker.rerank('which?', TEXTS, spend);
    expect(one).toBe(0.5);
    expect(two).toBeCloseTo(0.982, 3);
    expect(three).toBeCloseTo(0.018, 3);
  });

  test('asks nobody for no texts', async () => {
    const { reranker, requests } = await start(answerWith([]));
    expect(await reranker.rerank('which?', [], spend)).toEqual([]);
    expect(requests).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['hangs', () => {}],
    ['leaves a text out', answerWith([0.1, 0.2])],
    [
      'scores a text twice',
      (_, response) => sendJson(response, { results: [0, 0, 1].map((index) => ({ index, relevance_score: 1 })) }),
    ],
    ['answers null', answerWith([0.1, null, 0.2])],
    ['answers 1e999', (_, response) => sendJson(response, '{"results":[{"index":0,"relevance_score":1e999}]}')],
    ['answers a web page', (_, response) => sendJson(response, '<html></html>')],
    ['answers 503 for ever', (_, response) => sendJson(response, 'busy', 503, { 'retry-after-ms': '1' })],
  ])('whose provider %s is MODEL_UNAVAILABLE, retryable', async (_, answer) => {
    const { reranker } = await start(answer, { timeoutMs: 500 });
    await expect(reranker.rerank('which?', TEXTS, spend)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
    });
  });

  test('is not asked when the budgets have too little', async () => {
    const { reranker, requests } = await start(answerWith([1, 1, 1]), {}, createPaperMeter({ broke: true }));
    await expect(reranker.rerank('which?', TEXTS, spend)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(requests).toEqual([]);
  });
});

test.each([
  ['cohere/rerank-v3.5', { apiKey: '' }, 'apiKey'],
  ['openai-compatible/judge', { baseUrl: '' }, 'baseUrl'],
  ['nobody/judge', {}, 'model'],
])('%s with %j is BAD_USER_INPUT on %s', async (model, access, field) => {
  const made = createReranker({ ...testSettings(), apiKey: KEY, modelDir: '', model, ...access });
  await expect(made).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
});

test('transformers/… says what to install, and is not retryable', async () => {
  const made = createReranker({ ...testSettings(), modelDir: '', model: 'transformers/Xenova/ms-marco-MiniLM-L-6-v2' });
  await expect(made).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false });
  await expect(made).rejects.toThrow('"npm install @huggingface/transformers"');
});
