import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type Installation, startInstallation, type TestClient } from '@rae/testkit';

const SEARCH = `query ($input: SearchMemoriesInput!) { searchMemories(input: $input) { queries degraded { part } cost { id }
  hits { score rerankScore memory { id content } signals { signal rank rawScore contribution } } } }`;

interface Hit {
  readonly score: number;
  readonly rerankScore: number | null;
  readonly memory: { id: string; content: string };
  readonly signals: { signal: string; contribution: number }[];
}

let models: Server;
/** What the fake models do next. */
const state = { broken: false, judged: 0 };
let installation: Installation;
let client: TestClient;
let projectId: string;

async function bodyOf(request: IncomingMessage) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

/** A reranker that likes long texts, and a language model that knows one other wording. */
const answer = (path: string, body: { documents?: string[] }) => {
  if (path.endsWith('/rerank')) {
    const documents = body.documents ?? [];
    state.judged = documents.length;
    const longest = Math.max(...documents.map((text) => text.length));
    return { results: documents.map((text, index) => ({ index, relevance_score: text.length / longest })) };
  }
  return {
    id: 'x',
    object: 'chat.completion',
    created: 1,
    model: 'writer',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '1. the saffron lantern' } }],
    usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
  };
};

beforeAll(async () => {
  models = createServer(async (request, response) => {
    const body = await bodyOf(request);
    if (state.broken) return void response.writeHead(400).end('{}');
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer(request.url ?? '', body)));
  });
  await new Promise<void>((resolve) => models.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(models.address() as AddressInfo).port}/v1`;
  installation = await startInstallation({
    RAE_RERANK_MODEL: 'openai-compatible/judge',
    RAE_RERANK_URL: url,
    RAE_GENERATE_MODEL: 'openai-compatible/writer',
    RAE_GENERATE_URL: url,
  });
  ({ client, projectId } = await createTestTenant(installation));
  const contents = ['Teal kettle.', 'A teal kettle that whistles.', 'The teal kettle that Ada bought whistles in F.'];
  const inputs = [...contents, 'A saffron lantern hangs there.'].map((content) => ({ projectId, content }));
  await client.ask('mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }', {
    inputs,
  });
}, 120_000);
afterAll(async () => {
  await installation.stop();
  await new Promise((resolve) => models.close(resolve));
});

const search = async (query: string, more: object = {}) =>
  (await client.ask(SEARCH, { input: { query, signals: ['LEXICAL'], ...more } })).searchMemories;

test('the reranker orders the hits, its share makes the shares add up, and the search has a cost', async () => {
  const { hits, cost, degraded } = await search('teal kettle', { limit: 2 });
  expect(degraded).toEqual([]);
  expect(state.judged).toBe(3);
  expect(hits.map(({ memory }: Hit) => memory.content.length)).toEqual([46, 28]);
  for (const { score, rerankScore, signals } of hits as Hit[]) {
    expect(signals.map(({ signal }) => signal)).toEqual(['LEXICAL', 'RERANK']);
    expect(signals.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 9);
    expect(signals[1]?.contribution).toBeCloseTo(0.7 * (rerankScore ?? 0), 9);
  }
  expect(cost.id).toMatch(/^search:[0-9a-f-]{36}$/);
});

test('rerank: false asks no reranker and spends nothing', async () => {
  const { hits, cost } = await search('teal kettle', { rerank: false });
  expect(hits.map(({ rerankScore }: Hit) => rerankScore)).toEqual([null, null, null]);
  expect(cost).toBeNull();
});

test('a language model adds other wordings, which queries names', async () => {
  const { queries, hits } = await search('What hangs on the porch?', { expandQuery: true, rerank: false });
  expect(queries).toEqual(['What hangs on the porch?', 'the saffron lantern']);
  expect(hits[0].memory.content).toBe('A saffron lantern hangs there.');
});

test('models that refuse are named in degraded, and the search answers without them', async () => {
  state.broken = true;
  const { hits, degraded, queries } = await search('teal kettle', { expandQuery: true });
  state.broken = false;
  expect(degraded.map(({ part }: { part: string }) => part)).toEqual(['EXPANSION', 'RERANK']);
  expect(hits).toHaveLength(3);
  expect(hits.map(({ rerankScore }: Hit) => rerankScore)).toEqual([null, null, null]);
  expect(queries).toEqual(['teal kettle']);
});

test('RERANK cannot be asked for as a signal', async () => {
  const { errors } = await client.send(SEARCH, { input: { query: 'x', signals: ['RERANK'] } });
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'input.signals' } });
});
