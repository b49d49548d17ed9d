import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forecast, type Seen } from './forecast.ts';

const HOUR_MS = 3_600_000;
const now = new Date('2026-11-21T12:00:00Z');
const seen = (changes: Partial<Seen> = {}): Seen => ({
  now,
  endsAt: new Date('2026-11-22T00:00:00Z'),
  usedNano: 1_200n,
  limitNano: 2_000n,
  sliceMs: HOUR_MS,
  slices: Array.from({ length: 12 }, () => 100),
  ...changes,
});

describe('a forecast', () => {
  test('of 100 an hour with 12 hours to go adds 1 200 without a band, and meets a limit 8 hours on', () => {
    const exhaustedAt = new Date('2026-11-21T20:00:00Z');
    expect(forecast(seen())).toEqual({ projectedNano: 2_400n, lowNano: 2_400n, highNano: 2_400n, exhaustedAt });
  });

  test('of 8 values with mean 100 and deviation 20, 4 to go, is wide by t(7) · 20 · √(4 + 16/8)', () => {
    // The mean deviation of ±18.7083 around 100 gives a sample deviation of 20.
    const slices = Array.from({ length: 8 }, (_, n) => 100 + (n % 2 ? 1 : -1) * 20 * Math.sqrt(7 / 8));
    const endsAt = new Date(now.getTime() + 4 * HOUR_MS);
    const told = forecast(seen({ slices, endsAt, usedNano: 0n, limitNano: null }));
    const half = 1.4149 * 20 * Math.sqrt(6); // t tables: 1.415 at 7 degrees, 0.90
    expect(told).toMatchObject({ projectedNano: 400n, exhaustedAt: null });
    expect(Number(told?.highNano)).toBeCloseTo(400 + half, -0.5);
    expect(Number(told?.lowNano)).toBeCloseTo(400 - half, -0.5);
  });

  test('holds the sum of 12 further hours in 75 to 85 of 100 worlds of exponential hours', () => {
    let state = 42;
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    const draw = () => -1_000_000 * Math.log(1 - random());
    let held = 0;
    for (let world = 0; world < 2_000; world++) {
      const told = forecast(seen({ usedNano: 0n, slices: Array.from({ length: 24 }, draw) }));
      const truth = Array.from({ length: 12 }, draw).reduce((sum, value) => sum + value, 0);
      if (told && truth >= Number(told.lowNano) && truth <= Number(told.highNano)) held++;
    }
    expect(held / 2_000).toBeGreaterThan(0.75);
    expect(held / 2_000).toBeLessThan(0.85);
  });

  test('of less than 8 slices, or of nothing spent, is null', () => {
    expect(forecast(seen({ slices: [1, 2, 3, 4, 5, 6, 7] }))).toBeNull();
    expect(forecast(seen({ slices: Array.from({ length: 20 }, () => 0) }))).toBeNull();
  });

  test('says now where the limit is reached, and null where it is not in this window or there is none', () => {
    expect(forecast(seen({ usedNano: 2_000n }))?.exhaustedAt).toEqual(now);
    expect(forecast(seen({ limitNano: 2_400n }))?.exhaustedAt).toBeNull();
    expect(forecast(seen({ limitNano: null }))?.exhaustedAt).toBeNull();
  });

  test('never lies below what is used, nor outside of its band', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 1e12 }), { minLength: 8, maxLength: 40 }),
        fc.nat({ max: 1e12 }),
        (slices, used) => {
          const told = forecast(seen({ slices, usedNano: BigInt(used) }));
          return (
            !told ||
            (told.lowNano >= BigInt(used) && told.lowNano <= told.projectedNano && told.projectedNano <= told.highNano)
          );
        },
      ),
    );
  });
});
