import { describe, expect, test } from '@jest/globals';
import { createSseParser, type SseMessage } from './sse.ts';

const parse = (...chunks: string[]): SseMessage[] => chunks.flatMap(createSseParser());

/** What the gateway sends, and what the format allows besides, in bytes. */
const STREAM = [
  ':\n\n',
  'id: 7-1\n\n',
  'id: 7-2\nevent: next\ndata: {"data":{"text":"zażółć 🦊"}}\n\n',
  ':\n\n',
  'retry: 10\r\nevent: next\r\ndata:a\r\ndata: b\r\ndata\r\n\r\n',
  'data: without a name\r\r',
  'event: complete\ndata: \n\n',
].join('');

const MESSAGES: SseMessage[] = [
  { event: 'message', data: '', id: '7-1' },
  { event: 'next', data: '{"data":{"text":"zażółć 🦊"}}', id: '7-2' },
  { event: 'next', data: 'a\nb\n', id: null },
  { event: 'message', data: 'without a name', id: null },
  { event: 'complete', data: '', id: null },
];

describe('server-sent events', () => {
  test('messages have an event, data of one or more lines and perhaps an id; comments are none', () => {
    expect(parse(STREAM)).toEqual(MESSAGES);
  });

  test('a stream cut at any one byte, and into single bytes, gives the same messages', () => {
    const bytes = new TextEncoder().encode(STREAM);
    const decode = (...parts: Uint8Array[]) => {
      const decoder = new TextDecoder();
      return parse(...parts.map((part) => decoder.decode(part, { stream: true })));
    };
    for (let at = 0; at <= bytes.length; at += 1)
      expect(decode(bytes.subarray(0, at), bytes.subarray(at))).toEqual(MESSAGES);
    expect(decode(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(MESSAGES);
  });

  test('a message comes as soon as its empty line does, and not before', () => {
    const push = createSseParser();
    expect(push('event: next\r\ndata: x\r\n')).toEqual([]);
    expect(push('\r')).toEqual([{ event: 'next', data: 'x', id: null }]);
    expect(push('\n')).toEqual([]);
  });

  test('only one space after the colon is left out', () => {
    expect(parse('data:  two\n\n')[0]?.data).toBe(' two');
  });

  test('a message whose end did not come is none', () => {
    expect(parse('event: next\ndata: {"data":{}}\n')).toEqual([]);
  });
});
