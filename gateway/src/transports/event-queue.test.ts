import { expect, test } from '@jest/globals';
import { readAll } from '../testing/clients.ts';
import { createEventQueue } from './event-queue.ts';

const create = () => createEventQueue<number>(() => new Error('too slow'));

test('gives what was pushed in order, then ends', async () => {
  const queue = create();
  queue.push(1);
  queue.push(2);
  queue.end();
  queue.push(3);
  expect(await readAll(queue)).toEqual([1, 2]);
});

test('wakes a reader that waits', async () => {
  const queue = create();
  const read = readAll(queue);
  await Promise.resolve();
  queue.push(7);
  queue.end();
  expect(await read).toEqual([7]);
});

test('the 65th event that waits fails the stream after the 64 before it, and stops the source', async () => {
  const queue = create();
  let stopped = 0;
  queue.onEnd(() => {
    stopped += 1;
  });
  for (let i = 1; i <= 100; i += 1) queue.push(i);
  const read: number[] = [];
  await expect(
    (async () => {
      for await (const value of queue) read.push(value);
    })(),
  ).rejects.toThrow('too slow');
  expect(read).toHaveLength(64);
  expect(read.at(-1)).toBe(64);
  expect(stopped).toBe(1);
});

test('a failure is thrown after what already waits, and only the first counts', async () => {
  const queue = create();
  queue.push(1);
  queue.fail(new Error('first'));
  queue.fail(new Error('second'));
  const events = queue[Symbol.asyncIterator]();
  expect(await events.next()).toEqual({ done: false, value: 1 });
  await expect(events.next()).rejects.toThrow('first');
});

test('a source that is watched only after the end is stopped at once', () => {
  const queue = create();
  queue.end();
  let stopped = false;
  queue.onEnd(() => {
    stopped = true;
  });
  expect(stopped).toBe(true);
});
