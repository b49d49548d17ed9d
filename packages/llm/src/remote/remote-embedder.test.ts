import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '@rae/kernel';
import { testSettings } from '../../fixtures/metering.ts';
import { createPaperMeter, type PaperMeter } from '../../fixtures/paper-meter.ts';
import {
  type ProviderRequest,
  sendEmbeddings,
  sendJson,
  startProvider,
  vectorOf,
} from '../../fixtures/provider-server.ts';
import { testSpend } from '../../fixtures/spend.ts';
import { toTextMetering } from '../text-metering.ts';
import { createRemoteEmbedder, type RemoteEmbedderOptions } from './remote-embedder.ts';

const spend = testSpend();

const KEY = 'sk-very-secret';
const CONTENT = 'what nobody may read';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Answer = (request: ProviderRequest, response: ServerResponse, count: number) => void;

const answerWell: Answer = ({ body }, response) => sendEmbeddings(response, body.input.map(vectorOf));

/** An embedder of 3 dimensions on a server that answers so, and everything the two of them saw. */
async function start(
  answer: Answer = answerWell,
  options: Partial<RemoteEmbedderOptions> = {},
  meter: PaperMeter = createPaperMeter(),
) {
  const server = await startProvider(answer);
  ends.push(server.close);
  const settings = { provider: 'openai-compatible', model: 'org/m', baseUrl: `${server.url}/v1`, apiKey: KEY };
  const metering = toTextMetering(testSettings(meter), 20_000);
  const own = { ownSpend: spend, metering, timeoutMs: 20_000, dimensions: 3 };
  const embedder = await createRemoteEmbedder({ ...settings, ...own, ...options });
  ends.push(embedder.close);
  return { embedder, meter, requests: server.requests };
}

const unit = (text: string) => Float32Array.from(vectorOf(text), (value) => value / 5);

async function refusalOf(answer: Answer, options: Partial<RemoteEmbedderOptions> = {}): Promise<PlatformError> {
  const { embedder } = await start(answer, options);
  const refused = await embedder.embed([CONTENT], 'query', spend).catch((error) => error);
  expect(refused).toBeInstanceOf(PlatformError);
  expect(refused.message).toContain('openai-compatible/org/m');
  const told = `${refused.message} ${JSON.stringify(refused)} ${refused.stack} ${refused.cause}`;
  expect(told).not.toContain(KEY);
  expect(told).not.toContain(CONTENT);
  return refused;
}

describe('a remote embedder', () => {
  test('gives unit vectors in the order of the texts, 32 texts a request', async () => {
    const { embedder, requests } = await start();
    const texts = Array.from({ length: 70 }, (_, index) => 'x'.repeat(index + 1));
    expect(await embedder.embed(texts, 'document', spend)).toEqual(texts.map(unit));
    expect(requests.map((request) => request.body.input.length).sort()).toEqual([32, 32, 6]);
    expect(requests[0]).toMatchObject({ path: '/v1/embeddings', headers: { authorization: `Bearer ${KEY}` } });
    expect(requests[0]?.body).toMatchObject({ model: 'org/m', dimensions: 3 });
  });

  test('says what it is: not local, all languages, and the dimensions that were asked for in its id', async () => {
    const { embedder } = await start();
    expect(embedder).toMatchObject({ id: 'openai-compatible/org/m@3', dimensions: 3, languages: null, local: false });
  });

  test('learns its dimensions by one metered call when none are given, and asks for none', async () => {
    const { embedder, requests, meter } = await start(answerWell, { dimensions: undefined });
    expect(embedder).toMatchObject({ id: 'openai-compatible/org/m', dimensions: 3 });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.body).not.toHaveProperty('dimensions');
    expect(meter.kinds()).toEqual(['reserve', 'settle']);
  });

  test('puts an answer in another order right by its indices', async () => {
    const { embedder } = await start(({ body }, response) => {
      const vectors = body.input.map(vectorOf).reverse();
      sendEmbeddings(response, vectors, (place) => vectors.length - 1 - place);
    });
    expect(await embedder.embed(['a', 'bb', 'ccc'], 'query', spend)).toEqual(['a', 'bb', 'ccc'].map(unit));
  });

  test('keeps the order of an answer whose indices are all 0', async () => {
    const { embedder } = await start(({ body }, response) =>
      sendEmbeddings(response, body.input.map(vectorOf), () => 0),
    );
    expect(await embedder.embed(['a', 'bb', 'ccc'], 'query', spend)).toEqual(['a', 'bb', 'ccc'].map(unit));
  });

  test('sends a full stop for a blank text, and well-formed text for an unpaired surrogate', async () => {
    const { embedder, requests } = await start();
    await embedder.embed(['', ' \n', 'a\ud83d'], 'document', spend);
    expect(requests[0]?.body.input).toEqual(['.', '.', 'a\ufffd']);
  });

  test('asks nothing for no text', async () => {
    const { embedder, requests } = await start();
    expect(await embedder.embed([], 'document', spend)).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('cuts a text to 3 bytes a token, between characters', async () => {
    const { embedder, requests } = await start(answerWell, { maxTokens: 3 });
    await embedder.embed(['abcdefghijkl', 'zażółć gęślą', '🎉🎉🎉'], 'document', spend);
    expect(requests[0]?.body.input).toEqual(['abcdefghi', 'zażół', '🎉🎉']);
  });

  test('cuts a text to a byte a token when the provider refuses it as too long, lets go of the refused call and settles the answered one', async () => {
    const { embedder, requests, meter } = await start(
      ({ body }, response) => {
        const tooLong = body.input.some((text: string) => text.length > 4);
        if (tooLong) sendJson(response, { error: { message: `too long: ${CONTENT}` } }, 400);
        else sendEmbeddings(response, body.input.map(vectorOf));
      },
      { maxTokens: 4 },
    );
    expect(await embedder.embed(['abcdefghijklmnop', 'abc'], 'document', spend)).toEqual([unit('abcd'), unit('abc')]);
    expect(requests.map((request) => request.body.input)).toEqual([
      ['abcdefghijkl', 'abc'],
      ['abcd', 'abc'],
    ]);
    expect(meter.kinds()).toEqual(['reserve', 'release', 'reserve', 'settle']);
  });
});

describe('calls are metered', () => {
  test('with provider and model, held for their tokens by no other model, settled at what the provider counted', async () => {
    const { embedder, meter } = await start();
    await embedder.embed(['a', 'b'], 'document', spend);
    expect(meter.entries).toMatchObject([
      {
        kind: 'reserve',
        spend,
        call: { provider: 'openai-compatible', model: 'org/m', inputTokens: 3, maxOutputTokens: 0, fixedModel: true },
      },
      { kind: 'settle', used: { usage: { inputTokens: 7, outputTokens: 0 }, estimated: false } },
    ]);
  });

  test('a request of up to 32 texts each, on the subjects of its own texts', async () => {
    const { embedder, meter } = await start();
    const subjects = Array.from({ length: 40 }, (_, n) => ({ type: 'memory', id: String(n), weight: 1 }));
    await embedder.embed(
      subjects.map(({ id }) => id),
      'document',
      testSpend({ subjects }),
    );
    const held = meter.entries.flatMap((entry) => (entry.kind === 'reserve' ? [entry.spend.subjects] : []));
    expect(held).toEqual([subjects.slice(0, 32), subjects.slice(32)]);
  });

  test('at tokens counted here, and marked, when the provider does not say', async () => {
    const { embedder, meter } = await start((_, response) => sendJson(response, { data: [{ embedding: [0, 0, 1] }] }));
    await embedder.embed(['hello world'], 'document', spend);
    expect(meter.settled()).toMatchObject([{ usage: { inputTokens: 2 }, estimated: true }]);
  });

  test('and not made when the budgets refuse', async () => {
    const { embedder, requests } = await start(answerWell, {}, createPaperMeter({ broke: true }));
    await expect(embedder.embed(['a'], 'document', spend)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(requests).toEqual([]);
  });

  test('also when their answer is of no use, for it was paid', async () => {
    const { embedder, meter } = await start((_, response) => sendEmbeddings(response, [[1, 2]]));
    await expect(embedder.embed(['a'], 'document', spend)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(meter.kinds()).toEqual(['reserve', 'settle']);
  });

  test('each attempt by itself: refused ones are let go of, the answered one is settled', async () => {
    const { embedder, meter } = await start((request, response, count) => {
      if (count < 3) sendJson(response, 'busy', 503, { 'retry-after-ms': '1' });
      else answerWell(request, response, count);
    });
    await embedder.embed(['a'], 'query', spend);
    expect(meter.kinds()).toEqual(['reserve', 'release', 'reserve', 'release', 'reserve', 'settle']);
  });

  test('a request that nobody answered in time is settled at its input, for it may be charged', async () => {
    const { embedder, meter } = await start(() => {}, { timeoutMs: 200 });
    await expect(embedder.embed(['hello world'], 'query', spend)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(meter.settled()).toMatchObject([{ usage: { inputTokens: 2 }, estimated: true }]);
  });
});

describe('a provider that fails is MODEL_UNAVAILABLE, retryable, when it', () => {
  const RETRY_AT_ONCE = { 'retry-after-ms': '1' };

  test.each<[string, Answer, string]>([
    ['hangs', () => {}, 'did not answer in time'],
    [
      'stops in the middle of its answer',
      (_, response) => response.write('{"data":[') && response.destroy(),
      'cannot be reached',
    ],
    [
      'answers NaN',
      (_, response) => sendJson(response, '{"data":[{"embedding":[NaN,0,1]}]}'),
      'something else than embeddings',
    ],
    ['answers 1e999', (_, response) => sendJson(response, '{"data":[{"embedding":[1e999,0,1]}]}'), 'embeddings'],
    ['answers null', (_, response) => sendJson(response, '{"data":[{"embedding":[null,0,1]}]}'), 'embeddings'],
    [
      'answers numbers whose square is infinite',
      (_, response) => sendEmbeddings(response, [[1e300, 0, 1]]),
      'without a length',
    ],
    ['answers only zeros', (_, response) => sendEmbeddings(response, [[0, 0, 0]]), 'without a length'],
    ['answers too few vectors', (_, response) => sendEmbeddings(response, []), 'another number of vectors'],
    [
      'answers too many vectors',
      (_, response) =>
        sendEmbeddings(response, [
          [0, 0, 1],
          [0, 0, 1],
        ]),
      'another number of vectors',
    ],
    ['answers 2 numbers for 3', (_, response) => sendEmbeddings(response, [[0, 1]]), 'a vector of 2 numbers where 3'],
    ['answers a web page', (_, response) => sendJson(response, '<html></html>'), 'something else than embeddings'],
    [
      'answers 429 for ever',
      (_, response) => sendJson(response, { error: { message: `${KEY} ${CONTENT}` } }, 429, RETRY_AT_ONCE),
      '429',
    ],
    ['answers 503 for ever', (_, response) => sendJson(response, 'busy', 503, RETRY_AT_ONCE), 'HTTP 503'],
  ])('%s', async (_, answer, message) => {
    const refused = await refusalOf(answer, { timeoutMs: 2500 });
    expect(refused).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(refused.message).toContain(message);
  });

  test('is not there', async () => {
    const { url, close } = await startProvider(answerWell);
    await close();
    const { embedder } = await start(answerWell, { baseUrl: url, timeoutMs: 500 });
    await expect(embedder.embed([CONTENT], 'query', spend)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
    });
  });

  test('answers a vector of no numbers when its dimensions are asked', async () => {
    const empty: Answer = (_, response) => sendEmbeddings(response, [[]]);
    await expect(start(empty, { dimensions: undefined })).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });
});

describe('a call', () => {
  test('is made again after 429 with Retry-After, and after 503, and then answered', async () => {
    const { embedder, requests } = await start((request, response, count) => {
      if (count === 1) sendJson(response, { error: { message: 'slow down' } }, 429, { 'retry-after': '0' });
      else if (count === 2) sendJson(response, 'busy', 503, { 'retry-after-ms': '1' });
      else answerWell(request, response, count);
    });
    expect(await embedder.embed(['a'], 'query', spend)).toEqual([unit('a')]);
    expect(requests).toHaveLength(3);
  });

  test('is made 3 times at most', async () => {
    const { embedder, requests } = await start((_, response) =>
      sendJson(response, 'busy', 500, { 'retry-after-ms': '1' }),
    );
    await expect(embedder.embed(['a'], 'query', spend)).rejects.toMatchObject({ details: { status: 500 } });
    expect(requests).toHaveLength(3);
  });

  test.each([
    [401, 'refused the key'],
    [403, 'refused the key'],
    [404, 'does not know the model'],
    [400, 'refused the request'],
  ])('that is answered %i is not made again and not retryable', async (status, message) => {
    let count = 0;
    const refused = await refusalOf((_, response) => {
      count += 1;
      sendJson(response, { error: { message: `Incorrect API key provided: ${KEY}, for ${CONTENT}` } }, status);
    });
    expect(refused).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false, details: { status } });
    expect(refused.message).toContain(message);
    expect(count).toBe(1);
  });

  test('whose caller stops waiting is CANCELLED', async () => {
    const stop = new AbortController();
    const { embedder } = await start(() => stop.abort());
    await expect(embedder.embed(['a'], 'query', spend, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('is refused while and after the embedder is closed', async () => {
    const asked = Promise.withResolvers<void>();
    const { embedder } = await start(() => asked.resolve());
    const running = embedder.embed(['a'], 'query', spend);
    await asked.promise;
    await embedder.close();
    await expect(running).rejects.toThrow('is closed');
    await expect(embedder.embed(['a'], 'query', spend)).rejects.toThrow('is closed');
  });
});
