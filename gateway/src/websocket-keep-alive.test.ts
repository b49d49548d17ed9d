import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { WebSocket } from 'ws';
import { keepAlive } from './websocket-keep-alive.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A socket that answers pings as long as it is told to. */
function watch(answers: number) {
  const seen: string[] = [];
  const socket = Object.assign(new EventEmitter(), {
    ping() {
      seen.push('ping');
      if (seen.length <= answers) socket.emit('pong');
    },
    terminate() {
      seen.push('terminate');
      socket.emit('close');
    },
  });
  keepAlive(socket as unknown as WebSocket);
  return { seen, socket };
}

test('a socket is pinged every 12 s and cut off at the ping after the one that it did not answer', () => {
  const { seen } = watch(3);
  jest.advanceTimersByTime(12_000 * 4);
  expect(seen).toEqual(['ping', 'ping', 'ping', 'ping']);
  jest.advanceTimersByTime(12_000);
  expect(seen.at(-1)).toBe('terminate');
  jest.advanceTimersByTime(60_000);
  expect(seen).toHaveLength(5);
});

test('a closed socket is pinged no more', () => {
  const { seen, socket } = watch(10);
  socket.emit('close');
  jest.advanceTimersByTime(60_000);
  expect(seen).toEqual([]);
});
