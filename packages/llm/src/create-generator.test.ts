import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GenerateRequest } from '@rae/kernel';
import { type ChatBody, openChatStream, sendChat } from '../fixtures/chat-server.ts';
import { testSettings } from '../fixtures/metering.ts';
import { createPaperMeter, type PaperMeter } from '../fixtures/paper-meter.ts';
import { sendJson, startProvider } from '../fixtures/provider-server.ts';
import { testSpend } from '../fixtures/spend.ts';
import { createGenerator } from './create-generator.ts';
import type { GeneratorSettings } from './settings.ts';

const KEY = 'sk-very-secret';
const CONTENT = 'what nobody may read';
const spend = testSpend({ operation: 'QUERY' });
const ASKED: GenerateRequest = {
  model: null,
  system: 'Answer in one word.',
  prompt: CONTENT,
  maxOutputTokens: 50,
  maxCostNano: null,
};

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Answer = (body: ChatBody, response: ServerResponse, count: number) => void;

/** A generator on a server that answers so, and everything the two of them saw. */
async function start(answer: Answer, options: Partial<GeneratorSettings> = {}, meter: PaperMeter = createPaperMeter()) {
  const server = await startProvider(({ body }, response, count) =>
    answer(body as unknown as ChatBody, response, count),
  );
  ends.push(server.close);
  const accessOf = () => ({ apiKey: KEY, baseUrl: `${server.url}/v1` });
  const settings = { ...testSettings(meter), model: 'openai-compatible/m', accessOf, ...options };
  const generator = await createGenerator(settings);
  ends.push(generator.close);
  return { generator, meter, server, bodies: () => server.requests.map(({ body }) => body as unknown as ChatBody) };
}

async function read(deltas: AsyncIterable<string>): Promise<string[]> {
  const read: string[] = [];
  for await (const delta of deltas) read.push(delta);
  return read;
}

const hello: Answer = (_, response) => sendChat(response, 'Hello');

describe('a text', () => {
  test('is held for its worst case, and settled at what the provider counted, cached and reasoning tokens by themselves', async () => {
    const { generator, meter, bodies } = await start(hello);
    expect(await generator.generate(ASKED, spend)).toEqual({
      text: 'Hello',
      model: 'openai-compatible/m',
      timeToFirstTokenMs: null,
    });
    expect(bodies()).toMatchObject([
      {
        model: 'm',
        max_tokens: 50,
        messages: [
          { role: 'system', content: 'Answer in one word.' },
          { role: 'user', content: CONTENT },
        ],
      },
    ]);
    expect(meter.entries).toMatchObject([
      { kind: 'reserve', spend, call: { provider: 'openai-compatible', model: 'm', maxOutputTokens: 50 } },
      {
        kind: 'settle',
        used: {
          estimated: false,
          usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60, cacheWriteTokens: 0, reasoningTokens: 5 },
        },
      },
    ]);
  });

  test('of openai is limited by max_completion_tokens, which its newer models want', async () => {
    const { generator, bodies } = await start(hello, { model: 'openai/gpt-5' });
    await generator.generate(ASKED, spend);
    expect(bodies()[0]).toMatchObject({ model: 'gpt-5', max_completion_tokens: 50 });
    expect(bodies()[0]).not.toHaveProperty('max_tokens');
  });

  test('of anthropic counts 10 tokens, 5 written to and 7 read from the cache as 22 of input', async () => {
    const usage = { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 7, output_tokens: 3 };
    const content = [{ type: 'text', text: 'Hello' }];
    const message = { type: 'message', id: 'm', role: 'assistant', model: 'm', content, stop_reason: 'end_turn' };
    const { generator, meter } = await start(
      (_, response) => sendJson(response, { ...message, stop_sequence: null, usage }),
      { model: 'anthropic/claude-sonnet-4-5' },
    );
    expect(await generator.generate(ASKED, spend)).toMatchObject({ text: 'Hello' });
    expect(meter.settled()).toMatchObject([
      { usage: { inputTokens: 22, cachedInputTokens: 7, cacheWriteTokens: 5, outputTokens: 3 }, estimated: false },
    ]);
  });

  test('of google counts cached tokens as part of the 30 that it says', async () => {
    const usageMetadata = {
      promptTokenCount: 30,
      cachedContentTokenCount: 12,
      candidatesTokenCount: 4,
      thoughtsTokenCount: 6,
      totalTokenCount: 40,
    };
    const content = { role: 'model', parts: [{ text: 'Hello' }] };
    const { generator, meter } = await start(
      (_, response) => sendJson(response, { candidates: [{ content, finishReason: 'STOP' }], usageMetadata }),
      { model: 'google/gemini-2.5-flash' },
    );
    await generator.generate(ASKED, spend);
    expect(meter.settled()).toMatchObject([
      { usage: { inputTokens: 30, cachedInputTokens: 12, outputTokens: 10, reasoningTokens: 6 } },
    ]);
  });

  test('without a word of its usage is counted here, and marked', async () => {
    const { generator, meter } = await start((_, response) => sendChat(response, 'Hello world', null));
    await generator.generate(ASKED, spend);
    expect(meter.settled()).toMatchObject([{ usage: { outputTokens: 2 }, estimated: true }]);
  });

  test('whose usage is 0 is settled at 0', async () => {
    const none = { prompt_tokens: 0, completion_tokens: 0 };
    const { generator, meter } = await start((_, response) => sendChat(response, 'Hello', none));
    await generator.generate(ASKED, spend);
    expect(meter.settled()).toMatchObject([{ usage: { inputTokens: 0, outputTokens: 0 }, estimated: false }]);
  });

  test('is asked for again after 429 with Retry-After; the refused attempt is let go of', async () => {
    const { generator, meter } = await start((body, response, count) => {
      if (count === 1) sendJson(response, { error: { message: CONTENT } }, 429, { 'retry-after': '0' });
      else hello(body, response, count);
    });
    expect(await generator.generate(ASKED, spend)).toMatchObject({ text: 'Hello' });
    expect(meter.kinds()).toEqual(['reserve', 'release', 'reserve', 'settle']);
  });

  test.each<[string, Answer, string[]]>([
    ['hangs', () => {}, ['reserve', 'settle']],
    ['answers a web page', (_, response) => sendJson(response, '<html></html>'), ['reserve', 'settle']],
    ['answers 401', (_, response) => sendJson(response, { error: { message: KEY } }, 401), ['reserve', 'release']],
  ])('of a provider that %s is MODEL_UNAVAILABLE, and the error tells no content', async (_, answer, kinds) => {
    const { generator, meter } = await start(answer, { timeoutMs: 500 });
    const refused = await generator.generate(ASKED, spend).catch((error) => error);
    expect(refused).toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    const told = `${refused.message} ${JSON.stringify(refused)} ${refused.cause}`;
    for (const secret of [KEY, CONTENT]) expect(told).not.toContain(secret);
    expect(meter.kinds()).toEqual(kinds);
  });

  test('is refused before anything is sent when the budgets have too little', async () => {
    const { generator, bodies } = await start(hello, {}, createPaperMeter({ broke: true }));
    await expect(generator.generate(ASKED, spend)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(bodies()).toEqual([]);
  });

  test('is refused when its worst case costs more than the call may, and when nobody knows what it costs', async () => {
    const { generator, bodies, meter } = await start(hello, { model: 'openai/gpt-4o' });
    // 50 tokens of output at 10 USD a million are 0.0005 USD alone.
    const cheap = { ...ASKED, maxCostNano: 500_000n };
    await expect(generator.generate(cheap, spend)).rejects.toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { limitUsd: '0.0005' },
    });
    expect(meter.kinds()).toEqual(['reserve', 'release']);
    const unknown = { ...cheap, model: 'openai-compatible/m' };
    await expect(generator.generate(unknown, spend)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(bodies()).toEqual([]);
    await expect(generator.generate({ ...ASKED, maxCostNano: 1_000_000n }, spend)).resolves.toBeDefined();
  });

  test('is written by the cheaper model that a budget names', async () => {
    const meter = createPaperMeter({ downgradeTo: 'openai-compatible/cheap' });
    const { generator, bodies } = await start(hello, { model: 'openai/gpt-4o' }, meter);
    expect(await generator.generate(ASKED, spend)).toMatchObject({ model: 'openai-compatible/cheap' });
    expect(bodies()).toMatchObject([{ model: 'cheap' }]);
  });

  test('is not written when a budget names a model that is not set up; the hold is let go of', async () => {
    const { generator, meter } = await start(hello, {}, createPaperMeter({ downgradeTo: 'nobody/cheap' }));
    await expect(generator.generate(ASKED, spend)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: false,
    });
    expect(meter.kinds()).toEqual(['reserve', 'release']);
  });

  test.each([
    [null, 'must name one'],
    ['nobody/m', 'is not set up here'],
    ['unheard-of', 'is not set up here'],
  ])('of the model %j is BAD_USER_INPUT on model', async (model, message) => {
    const { generator } = await start(hello, { model: null });
    const refused = generator.generate({ ...ASKED, model }, spend);
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'model' } });
    await expect(refused).rejects.toThrow(message);
  });

  test('of a local Ollama is counted and not held', async () => {
    const { generator, meter } = await start(hello, { model: 'ollama/llama3' });
    await generator.generate(ASKED, spend);
    expect(meter.entries).toMatchObject([
      { kind: 'local', call: { provider: 'ollama', model: 'llama3', inputTokens: 100, outputTokens: 20 } },
    ]);
  });
});

describe('a stream', () => {
  test('tells its text as it comes, and is settled at what the provider counted before it is done', async () => {
    const { generator, meter } = await start((_, response) => {
      const stream = openChatStream(response);
      for (const piece of ['Hel', 'lo']) stream.write(piece);
      stream.end();
    });
    const { deltas, done } = generator.stream(ASKED, spend);
    const { text, model, timeToFirstTokenMs } = await done;
    expect([text, model]).toEqual(['Hello', 'openai-compatible/m']);
    expect(timeToFirstTokenMs).toBeGreaterThan(0);
    expect(meter.settled()).toMatchObject([
      { usage: { inputTokens: 100, outputTokens: 20 }, estimated: false, timeToFirstTokenMs: expect.any(Number) },
    ]);
    expect((await read(deltas)).join('')).toBe('Hello');
  });

  test.each([0, 1, 2, 3])('that breaks off after %i pieces is settled once, at what was streamed', async (pieces) => {
    const { generator, meter } = await start(async (_, response) => {
      const stream = openChatStream(response);
      for (let piece = 0; piece < pieces; piece++) stream.write(' hello');
      response.socket?.end();
    });
    const { deltas, done } = generator.stream(ASKED, spend);
    await expect(done).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(await read(deltas)).toHaveLength(pieces);
    const settled = meter.settled();
    expect(settled.at(-1)).toMatchObject({ usage: { outputTokens: pieces }, estimated: true });
    expect(meter.kinds().filter((kind) => kind === 'reserve')).toHaveLength(settled.length);
  });

  test('that is cancelled is CANCELLED, and settled once at what was streamed', async () => {
    const { generator, meter } = await start((_, response) => openChatStream(response).write('Hello'));
    const stop = new AbortController();
    const { deltas, done } = generator.stream(ASKED, spend, stop.signal);
    const first = await deltas[Symbol.asyncIterator]().next();
    expect(first.value).toBe('Hello');
    stop.abort();
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(meter.settled()).toMatchObject([{ usage: { outputTokens: 1 }, estimated: true }]);
  });

  test('that falls silent is ended, and settled at what was streamed', async () => {
    const { generator, meter } = await start((_, response) => openChatStream(response).write('Hello'), {
      timeoutMs: 300,
    });
    const { done } = generator.stream(ASKED, spend);
    await expect(done).rejects.toThrow('did not answer in time');
    expect(meter.settled()).toMatchObject([{ usage: { outputTokens: 1 }, estimated: true }]);
  });

  test('goes on to its end when nobody listens', async () => {
    const { generator, meter } = await start((_, response) => {
      const stream = openChatStream(response);
      stream.write('Hello');
      stream.end(null);
    });
    generator.stream(ASKED, spend);
    await meter.seen('settle');
    expect(meter.settled()).toMatchObject([{ usage: { outputTokens: 1 }, estimated: true }]);
  });

  test('is refused like a text when the budgets have too little, and its deltas end', async () => {
    const { generator } = await start(hello, {}, createPaperMeter({ broke: true }));
    const { deltas, done } = generator.stream(ASKED, spend);
    await expect(done).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(await read(deltas)).toEqual([]);
  });
});

test('a generator is asked outside of transactions alone', async () => {
  const { generator, bodies } = await start(hello, {
    assertOutsideTransaction: () => {
      throw new Error('inside a transaction');
    },
  });
  await expect(generator.generate(ASKED, spend)).rejects.toThrow('inside a transaction');
  expect(bodies()).toEqual([]);
});

test.each([
  ['openai/gpt-4o', {}, 'apiKey'],
  ['openai-compatible/m', {}, 'baseUrl'],
  ['voyage/voyage-3', { apiKey: KEY }, 'model'],
])('a default model %s with %j is BAD_USER_INPUT on %s when it is made', async (model, access, field) => {
  const made = createGenerator({ ...testSettings(), model, accessOf: () => access });
  await expect(made).rejects.toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
});
