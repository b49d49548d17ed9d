import { expect, test } from '@jest/globals';
import { type DECAY_PER_DAY, strengthOf } from './strength.ts';

const day = (days: number) => new Date(days * 86_400_000);
const faded = (layer: keyof typeof DECAY_PER_DAY, uses: number, days: number) =>
  strengthOf({ layer, importance: 0.8, uses, usedAt: day(0) }, day(days));

test('a memory that was just used is as strong as it is important', () => {
  expect(faded('EPISODIC', 3, 0)).toBe(0.8);
});

test.each([
  ['WORKING', 69],
  ['EPISODIC', 139],
  ['SEMANTIC', 693],
  ['PROCEDURAL', 693],
  ['REFLECTIVE', 6_931],
] as const)('%s memories that are never used are half as strong after %i days', (layer, days) => {
  expect(faded(layer, 0, days)).toBeCloseTo(0.4, 2);
});

test('each use slows fading: after 139 days one of 0 uses holds 0.400 and one of 10 uses 0.651', () => {
  expect(faded('EPISODIC', 0, 139)).toBeCloseTo(0.3993, 3);
  expect(faded('EPISODIC', 10, 139)).toBeCloseTo(0.8 * Math.exp((-0.005 * 139) / (Math.log(11) + 1)), 12);
  expect(faded('EPISODIC', 10, 139)).toBeCloseTo(0.6519, 3);
});

test('a clock that runs behind does not make a memory stronger than important', () => {
  expect(faded('SEMANTIC', 0, -5)).toBe(0.8);
});
