import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openEventStream } from './sse-stream.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A response whose reader takes what it is sent only when `drain` is emitted. */
function respond(full = false) {
  const written: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    writableNeedDrain: full,
    writeHead: () => response,
    write(text: string) {
      written.push(text);
      return !response.writableNeedDrain;
    },
    end: () => written.push('end'),
  });
  const gone = new AbortController();
  const stream = openEventStream(response as unknown as ServerResponse, gone.signal);
  return { written, response, stream, gone };
}

test('a comment goes out at once and every 12 s until the stream is complete', async () => {
  const { written, stream } = respond();
  expect(written).toEqual([':\n\n']);
  jest.advanceTimersByTime(36_000);
  expect(written).toEqual([':\n\n', ':\n\n', ':\n\n', ':\n\n']);
  await stream.complete();
  expect(written.slice(4)).toEqual(['event: complete\ndata: \n\n', 'end']);
  jest.advanceTimersByTime(36_000);
  expect(written).toHaveLength(6);
});

test('an event has its cursor as id, in which a line cannot end', async () => {
  const { written, stream } = respond();
  await stream.next({ data: { text: 'a\nb' } }, 'c\n1');
  await stream.next({ data: null }, null);
  expect(written.slice(1)).toEqual([
    'id: c1\nevent: next\ndata: {"data":{"text":"a\\nb"}}\n\n',
    'event: next\ndata: {"data":null}\n\n',
  ]);
});

test('nothing is written to a reader that does not read, not even comments, until it does or is gone', async () => {
  const { written, response, stream, gone } = respond(true);
  let told = 0;
  const tell = () => {
    told += 1;
  };
  const first = stream.next({ data: { n: 1 } }, null).then(tell);
  jest.advanceTimersByTime(36_000);
  expect(written).toHaveLength(2);
  expect(told).toBe(0);
  response.emit('drain');
  await first;
  const second = stream.next({ data: { n: 2 } }, null).then(tell);
  gone.abort();
  await second;
  expect(told).toBe(2);
});
