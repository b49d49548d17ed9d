import { expect, test } from '@jest/globals';
import { createNumberTable } from './number-table.ts';
import { createChance } from './random.fixture.ts';

test('20 000 random sets, gets and deletes of small and 53-bit keys answer as a Map does', () => {
  const chance = createChance(1);
  const table = createNumberTable();
  const map = new Map<number, number>();
  const keys = Array.from({ length: 3_000 }, (_, i) =>
    i % 2 ? i + 1 : 1 + Math.floor(chance.next() * (Number.MAX_SAFE_INTEGER - 1)),
  );
  let wrong = 0;
  for (let i = 0; i < 20_000; i++) {
    const key = chance.pick(keys);
    if (chance.isLikely(0.4)) wrong += table.delete(key) === map.delete(key) ? 0 : 1;
    else {
      table.set(key, i);
      map.set(key, i);
    }
    const other = chance.pick(keys);
    wrong += table.get(other) === (map.get(other) ?? -1) && table.size === map.size ? 0 : 1;
  }
  expect(wrong).toBe(0);
  expect(map.size).toBeGreaterThan(1_000);
});

test('deleting and adding for ever does not grow the table', () => {
  const table = createNumberTable(100);
  const before = table.bytes();
  for (let key = 1; key < 50_000; key++) {
    table.set(key, key);
    if (key > 50) table.delete(key - 50);
  }
  expect(table.size).toBe(50);
  expect(table.bytes()).toBe(before);
});
