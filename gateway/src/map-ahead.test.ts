import { expect, test } from '@jest/globals';
import { mapAhead } from './map-ahead.ts';

async function* count(to: number, taken: number[] = []) {
  for (let n = 0; n < to; n++) {
    taken.push(n);
    yield n;
  }
}

test('gives 20 answers in order although later ones are ready first, 4 at a time', async () => {
  let open = 0;
  let most = 0;
  const seen: number[] = [];
  const slowFirst = async (n: number) => {
    most = Math.max(most, ++open);
    for (let turn = 0; turn < 20 - n; turn++) await Promise.resolve();
    open--;
    return n * 10;
  };
  for await (const answer of mapAhead(count(20), 4, slowFirst)) seen.push(answer);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => n * 10));
  expect(most).toBe(4);
});

test('takes no more items than its width while nobody reads', async () => {
  const taken: number[] = [];
  const answers = mapAhead(count(100, taken), 4, async (n) => n);
  await answers.next();
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken.length).toBeLessThanOrEqual(5);
  await answers.return();
});

test('a source that fails ends it after the answers to what came before', async () => {
  const failing = async function* () {
    yield* count(3);
    throw new Error('lost');
  };
  const seen: number[] = [];
  const reading = (async () => {
    for await (const answer of mapAhead(failing(), 8, async (n) => n)) seen.push(answer);
  })();
  await expect(reading).rejects.toThrow('lost');
  expect(seen).toEqual([0, 1, 2]);
});

test('leaving does not wait for an item that never comes', async () => {
  const silent = async function* () {
    yield 1;
    await new Promise(() => {});
  };
  const answers = mapAhead(silent(), 8, async (n) => n);
  expect((await answers.next()).value).toBe(1);
  expect(await answers.return()).toEqual({ done: true, value: undefined });
});
