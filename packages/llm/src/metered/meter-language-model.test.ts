import { afterEach, expect, test } from '@jest/globals';
import { streamText } from 'ai';
import { openChatStream } from '../../fixtures/chat-server.ts';
import { testSettings } from '../../fixtures/metering.ts';
import { createPaperMeter } from '../../fixtures/paper-meter.ts';
import { startProvider } from '../../fixtures/provider-server.ts';
import { testSpend } from '../../fixtures/spend.ts';
import { openLanguage } from '../remote/open-models.ts';
import { toTextMetering } from '../text-metering.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

test('a stream that is under way extends its lease until it ends', async () => {
  const meter = createPaperMeter();
  const server = await startProvider(async (_, response) => {
    const stream = openChatStream(response);
    stream.write('Hello');
    await meter.seen('extend');
    stream.end();
  });
  ends.push(server.close);
  const metering = { ...toTextMetering(testSettings(meter), 1_000), leaseSeconds: 0.03 };
  const opened = openLanguage('openai-compatible', 'm', () => ({ baseUrl: server.url }), metering);
  const model = opened.paidBy({ spend: testSpend(), maxCostNano: null, onCall: () => {} });
  expect(await streamText({ model, prompt: 'say hello' }).text).toBe('Hello');
  expect(meter.kinds().slice(0, 2)).toEqual(['reserve', 'extend']);
  expect(meter.kinds().at(-1)).toBe('settle');
});

test('a stream whose reader goes away is settled once', async () => {
  const meter = createPaperMeter();
  const server = await startProvider((_, response) => openChatStream(response).write('Hello'));
  ends.push(server.close);
  const opened = openLanguage(
    'openai-compatible',
    'm',
    () => ({ baseUrl: server.url }),
    toTextMetering(testSettings(meter), 1_000),
  );
  const model = opened.paidBy({ spend: testSpend(), maxCostNano: null, onCall: () => {} });
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'say hello' }] }];
  const { stream } = await model.doStream({ prompt });
  for await (const part of stream) if (part.type === 'text-delta') break;
  expect(meter.kinds()).toEqual(['reserve', 'settle']);
  expect(meter.settled()).toMatchObject([{ usage: { outputTokens: 1 }, estimated: true }]);
});
