import { expect, test } from '@jest/globals';
import { takeBatch, type WaitingCall } from './take-batch.ts';

const call = (...texts: string[]): WaitingCall => ({ texts, taken: 0 });
const textsOf = (waiting: readonly WaitingCall[]) => takeBatch(waiting).map((slot) => slot.text);

test('nothing waiting makes an empty batch', () => {
  expect(takeBatch([])).toEqual([]);
});

test('one text of each call is taken in turn', () => {
  expect(textsOf([call('a1', 'a2', 'a3'), call('b1'), call('c1', 'c2')])).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
});

test('a batch holds 32 texts at most, and the next one goes on where it ended', () => {
  const long = call(...Array.from({ length: 40 }, (_, index) => `${index}`));
  expect(textsOf([long])).toHaveLength(32);
  expect(textsOf([long])).toEqual(['32', '33', '34', '35', '36', '37', '38', '39']);
});

test('a call of one text goes with the next batch although 1 000 texts came before it', () => {
  const long = call(...Array.from({ length: 1000 }, (_, index) => `${index}`));
  takeBatch([long]);
  expect(textsOf([long, call('search')]).slice(0, 2)).toEqual(['32', 'search']);
});

test('300 characters fill a batch, and one longer text is a batch of its own', () => {
  const [long, hundred] = ['x'.repeat(65_536), 'y'.repeat(100)];
  expect(textsOf([call(long, long)])).toHaveLength(1);
  expect(textsOf([call(hundred, long, hundred)])).toHaveLength(1);
  expect(textsOf([call(...Array.from({ length: 9 }, () => hundred))])).toHaveLength(3);
});

test('a slot knows its call and its place in it', () => {
  const [first, second] = [call('a'), call('b')];
  expect(takeBatch([first, second])).toEqual([
    { call: first, index: 0, text: 'a' },
    { call: second, index: 0, text: 'b' },
  ]);
});
