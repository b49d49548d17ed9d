import { expect, test } from '@jest/globals';
import { createBatcher } from './batcher.ts';

/** Vectors of one number, the length of the text; batches are answered when `release` is called. */
function createGate() {
  const batches: string[][] = [];
  const waiting: PromiseWithResolvers<void>[] = [];
  const run = async (texts: readonly string[]) => {
    batches.push([...texts]);
    const turn = Promise.withResolvers<void>();
    waiting.push(turn);
    await turn.promise;
    return texts.map((text) => Float32Array.of(text.length));
  };
  const release = () => waiting.shift()?.resolve();
  return { batches, run, release, fail: (error: Error) => waiting.shift()?.reject(error) };
}

const numbers = (vectors: readonly Float32Array[]) => vectors.map((vector) => vector[0]);

test('eight calls of one text that come while a batch runs share the next batch', async () => {
  const gate = createGate();
  const batcher = createBatcher(gate.run);
  const first = batcher.submit(['first']);
  const others = ['1', '22', '333', '4444', '5', '6', '7', '8'].map((text) => batcher.submit([text]));
  gate.release();
  expect(numbers(await first)).toEqual([5]);
  gate.release();
  expect((await Promise.all(others)).map(numbers)).toEqual([[1], [2], [3], [4], [1], [1], [1], [1]]);
  expect(gate.batches).toEqual([['first'], ['1', '22', '333', '4444', '5', '6', '7', '8']]);
});

test('a call over several batches gets its vectors in the order of its texts', async () => {
  const texts = Array.from({ length: 70 }, (_, index) => 'x'.repeat(index % 9));
  const vectors = await createBatcher(async (batch) => batch.map((text) => Float32Array.of(text.length))).submit(texts);
  expect(numbers(vectors)).toEqual(texts.map((text) => text.length));
});

test('no text makes no batch', async () => {
  const gate = createGate();
  expect(await createBatcher(gate.run).submit([])).toEqual([]);
  expect(gate.batches).toEqual([]);
});

test('a batch that fails refuses its calls and none that came later', async () => {
  const gate = createGate();
  const batcher = createBatcher(gate.run);
  const first = batcher.submit(['a']);
  const second = batcher.submit(['bb']);
  gate.fail(new Error('no answer'));
  await expect(first).rejects.toThrow('no answer');
  gate.release();
  expect(numbers(await second)).toEqual([2]);
});

test('a signal takes a waiting call out of the queue with CANCELLED', async () => {
  const gate = createGate();
  const batcher = createBatcher(gate.run);
  const stop = new AbortController();
  const running = batcher.submit(['a']);
  const waiting = batcher.submit(['b'], stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  gate.release();
  await running;
  expect(gate.batches).toEqual([['a']]);
  await expect(batcher.submit(['c'], stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('closing refuses running, waiting and later calls with its reason', async () => {
  const gate = createGate();
  const batcher = createBatcher(gate.run);
  const calls = [batcher.submit(['a']), batcher.submit(['b'])];
  batcher.close(new Error('closed'));
  for (const call of [...calls, batcher.submit(['c'])]) await expect(call).rejects.toThrow('closed');
  expect(gate.batches).toEqual([['a']]);
});
