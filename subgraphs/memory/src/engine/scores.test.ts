import { expect, test } from '@jest/globals';
import { createChance } from './random.fixture.ts';
import { bestScores, createScores, fitScores } from './scores.ts';

test('the best scores are those that sorting by score and then by id puts first, at 60 sizes up to 12 000 with many equal and many zero', () => {
  const chance = createChance(5);
  const scores = createScores();
  for (let round = 0; round < 60; round++) {
    const count = 1 + chance.below(round < 50 ? 300 : 12_000);
    const kinds = 1 + chance.below(40);
    const share = chance.next();
    const mid = Float64Array.from({ length: count }, (_, i) => (i * 7_919) % 12_007);
    const values = fitScores(scores, count).fill(0);
    for (let slot = 0; slot < count; slot++) values[slot] = chance.below(kinds) / 7;
    const passes = Uint8Array.from(mid, () => (chance.isLikely(share) ? 1 : 0));
    const limit = chance.below(420);
    const sorted = [...mid.keys()]
      .filter((slot) => passes[slot] === 1 && (values[slot] ?? 0) > 0)
      .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || (mid[a] ?? 0) - (mid[b] ?? 0));
    const best = bestScores(scores, { count, mid }, limit, (slot) => passes[slot] === 1);
    expect(best.toSorted()).toEqual(Int32Array.from(sorted.slice(0, limit)).toSorted());
  }
});
