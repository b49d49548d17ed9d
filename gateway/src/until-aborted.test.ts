import { expect, test } from '@jest/globals';
import { readAll } from './testing/clients.ts';
import { untilAborted } from './until-aborted.ts';

/** Gives what it is told to, then waits for ever; its `return` waits as well, as an async generator's does. */
function stubborn(values: number[]) {
  const source = {
    returned: 0,
    [Symbol.asyncIterator]: () => source,
    next(): Promise<IteratorResult<number>> {
      const value = values.shift();
      return value === undefined ? new Promise(() => {}) : Promise.resolve({ done: false, value });
    },
    return(): Promise<IteratorResult<number>> {
      source.returned += 1;
      return new Promise(() => {});
    },
  };
  return source;
}

test('an abort ends the reading at once, though the source never gives another value nor returns', async () => {
  const abort = new AbortController();
  const source = stubborn([1, 2]);
  const read: number[] = [];
  for await (const value of untilAborted(source, abort.signal)) {
    read.push(value);
    if (value === 2) queueMicrotask(() => abort.abort());
  }
  expect(read).toEqual([1, 2]);
  expect(source.returned).toBe(1);
});

test('leaving the loop tells the source to return', async () => {
  const source = stubborn([1, 2]);
  for await (const _ of untilAborted(source, new AbortController().signal)) break;
  expect(source.returned).toBe(1);
});

test('nothing is read after an abort that came first', async () => {
  const source = stubborn([1]);
  const values = await readAll(untilAborted(source, AbortSignal.abort()));
  expect(values).toEqual([]);
});

test('what the source throws is thrown to the reader', async () => {
  async function* failing() {
    yield 1;
    throw new Error('lost');
  }
  await expect(readAll(untilAborted(failing(), new AbortController().signal))).rejects.toThrow('lost');
});
