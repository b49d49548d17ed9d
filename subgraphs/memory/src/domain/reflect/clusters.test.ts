import { describe, expect, test } from '@jest/globals';
import { topicTerms, weightAmong } from '../answer/terms.ts';
import { clusterItems, type Item, likenesses } from './clusters.ts';

const item = (text: string, vector: readonly number[] | null = null): Item => ({
  terms: topicTerms(text, 'en'),
  vector: vector && Int8Array.from(vector),
});
const cluster = (items: readonly Item[]) =>
  clusterItems(likenesses(items, weightAmong(items.map(({ terms }) => terms))));

describe('clusterItems', () => {
  test('groups by words alone where there are no vectors, and leaves single items out', () => {
    const texts = [
      'red clay bowl',
      'tax form late',
      'clay bowl broke',
      'late tax form sent',
      'bowl of clay',
      'lone wolf',
      'tax form',
    ];
    expect(cluster(texts.map((text) => item(text)))).toEqual([
      [0, 2, 4],
      [1, 3, 6],
    ]);
  });

  test('groups by meaning where no word is shared', () => {
    const [a, b] = [
      [100, 0, 0],
      [0, 100, 0],
    ];
    const items = ['car', 'rain', 'truck', 'snow', 'van', 'hail'].map((word, at) => item(word, at % 2 ? b : a));
    expect(cluster(items)).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
  });

  test('makes no group of more than 12, nor of less than 3', () => {
    const sizes = cluster(Array.from({ length: 29 }, () => item('same words here'))).map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(12);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(3);
    expect(cluster([item('same words'), item('same words')])).toEqual([]);
  });

  test('of nothing makes nothing', () => {
    expect(cluster([])).toEqual([]);
  });
});
