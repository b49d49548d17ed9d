import { expect, test } from '@jest/globals';
import { createChance } from './random.fixture.ts';
import { createSelection, offer, selectedSlots } from './select.ts';

test('the slots kept are those that sorting by score and then by id puts first, at 300 random sizes with many equal scores', () => {
  const chance = createChance(2);
  for (let round = 0; round < 300; round++) {
    const mids = Float64Array.from({ length: 1 + chance.below(200) }, (_, i) => (i * 7_919) % 211);
    const scores = [...mids].map(() => chance.below(10));
    const limit = chance.below(30);
    const selection = createSelection(limit, mids);
    for (const [slot, score] of scores.entries()) offer(selection, slot, score);
    const sorted = [...scores.keys()].sort(
      (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || (mids[a] ?? 0) - (mids[b] ?? 0),
    );
    expect([...selectedSlots(selection)].sort((a, b) => a - b)).toEqual(sorted.slice(0, limit).sort((a, b) => a - b));
  }
});
