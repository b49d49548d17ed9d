import { describe, expect, test } from '@jest/globals';
import { DateTimeScalar } from './scalars.ts';

describe('DateTime', () => {
  test.each([
    ['2026-11-21T08:30:00.000Z', '2026-11-21T08:30:00.000Z'],
    ['2026-11-21T08:30:00+02:00', '2026-11-21T06:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('takes %s as %s', (given, instant) => {
    expect(DateTimeScalar.serialize(DateTimeScalar.parseValue(given))).toBe(instant);
  });

  test.each([
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2025-02-29',
    '2026-13-01T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '2026-11-21T08:30:00',
    '0000-01-01',
    '',
    5,
    null,
  ])('refuses %j and says what is right', (given) => {
    expect(() => DateTimeScalar.parseValue(given)).toThrow('such as 2026-11-21T08:30:00.000Z');
  });
});
