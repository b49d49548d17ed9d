import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { EmbeddingPurpose } from '@rae/kernel';
import { testSettings } from '../../fixtures/metering.ts';
import { sendEmbeddings, sendGoogleEmbeddings, startProvider, vectorOf } from '../../fixtures/provider-server.ts';
import { testSpend } from '../../fixtures/spend.ts';
import { toTextMetering } from '../text-metering.ts';
import { openEmbedding } from './open-models.ts';
import { createRemoteEmbedder } from './remote-embedder.ts';

const spend = testSpend();

let server: Awaited<ReturnType<typeof startProvider>>;

beforeEach(async () => {
  server = await startProvider((request, response) => {
    if (request.path.startsWith('/v1beta/')) sendGoogleEmbeddings(response, request);
    else sendEmbeddings(response, request.body.input.map(vectorOf));
  });
});

afterEach(() => server.close());

/** The body of the only request that embedding these texts made. */
async function bodyOf(provider: string, path: string, purpose: EmbeddingPurpose, texts = ['one'], apiKey = 'key') {
  const embedder = await createRemoteEmbedder({
    provider,
    model: 'm',
    baseUrl: `${server.url}${path}`,
    apiKey,
    dimensions: 3,
    timeoutMs: 20_000,
    metering: toTextMetering(testSettings(), 20_000),
    ownSpend: spend,
  });
  expect(await embedder.embed(texts, purpose, spend)).toHaveLength(texts.length);
  await embedder.close();
  const [request, ...others] = server.requests.splice(0);
  expect(others).toEqual([]);
  return { ...request?.body, path: request?.path, headers: request?.headers };
}

test('google is told RETRIEVAL_QUERY for a query, RETRIEVAL_DOCUMENT for a document, and the dimensions', async () => {
  const query = await bodyOf('google', '/v1beta', 'query');
  expect(query).toMatchObject({
    path: '/v1beta/models/m:embedContent',
    taskType: 'RETRIEVAL_QUERY',
    outputDimensionality: 3,
  });
  expect(query.headers).toMatchObject({ 'x-goog-api-key': 'key' });
  const documents = await bodyOf('google', '/v1beta', 'document', ['one', 'three']);
  expect(documents.requests).toMatchObject([{ taskType: 'RETRIEVAL_DOCUMENT' }, { taskType: 'RETRIEVAL_DOCUMENT' }]);
});

test('voyage is told query for a query, document for a document, and the dimensions', async () => {
  const query = await bodyOf('voyage', '/v1', 'query');
  expect(query).toMatchObject({ path: '/v1/embeddings', input_type: 'query', output_dimension: 3 });
  expect(query.headers).toMatchObject({ authorization: 'Bearer key' });
  expect(await bodyOf('voyage', '/v1', 'document')).toMatchObject({ input_type: 'document' });
});

test('ollama is asked below /v1 of its address, with and without a slash at its end, and without a key', async () => {
  const asked = await bodyOf('ollama', '', 'query', ['one'], '');
  expect(asked).toMatchObject({ path: '/v1/embeddings', model: 'm', input: ['one'] });
  expect(asked.headers).not.toHaveProperty('authorization');
  expect(await bodyOf('ollama', '/', 'query')).toMatchObject({ path: '/v1/embeddings' });
});

test('openai may be reached at another address', async () => {
  expect(await bodyOf('openai', '/proxy/v1', 'query')).toMatchObject({ path: '/proxy/v1/embeddings' });
});

test.each([
  ['openai', {}, 'apiKey'],
  ['google', {}, 'apiKey'],
  ['voyage', { apiKey: '' }, 'apiKey'],
  ['openai-compatible', {}, 'baseUrl'],
  ['openai', { apiKey: 'key', baseUrl: 'api.openai.com' }, 'baseUrl'],
  ['openai', { apiKey: 'key', baseUrl: 'file:///etc/passwd' }, 'baseUrl'],
  ['nobody', {}, 'model'],
])('%s with %j is BAD_USER_INPUT on %s', (provider, access, field) => {
  const open = () => openEmbedding(provider, 'm', access, toTextMetering(testSettings(), 20_000));
  expect(open).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  expect(open).toThrow(field);
});
