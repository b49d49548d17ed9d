import { describe, expect, test } from '@jest/globals';
import { parseValue } from 'graphql';
import { DateTimeScalar, DecimalScalar } from './scalars.ts';

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

describe('Decimal', () => {
  test.each(['0', '0.25', '0.00412300', '-1.5', '999999999999999.999999999'])('takes "%s" as it is', (given) => {
    expect(DecimalScalar.parseValue(given)).toBe(given);
  });

  test('takes numbers of variables and of the text of a query as they are written', () => {
    expect(DecimalScalar.parseValue(0.1)).toBe('0.1');
    expect(DecimalScalar.parseLiteral(parseValue('0.10', { noLocation: true }), undefined)).toBe('0.10');
    expect(DecimalScalar.parseLiteral(parseValue('3', { noLocation: true }), undefined)).toBe('3');
  });

  test.each([
    'NaN',
    '1e400',
    '1e-7',
    'Infinity',
    '',
    '.5',
    '5.',
    '1,5',
    '0x10',
    '0.1234567890',
    '1234567890123456',
    null,
    true,
    Number.NaN,
    1e-7,
    Number.POSITIVE_INFINITY,
  ])('refuses %p and says what is right', (given) => {
    expect(() => DecimalScalar.parseValue(given)).toThrow('such as "0.25"');
  });
});
