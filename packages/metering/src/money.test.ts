import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { divideHalfUp, formatUsd, MAX_USD, NANO_PER_USD, parseUsd } from './money.ts';

describe('money', () => {
  test.each([
    ['0', 0n],
    ['0.00860376', 8_603_760n],
    ['1', NANO_PER_USD],
    ['0.000000001', 1n],
    ['0.1000000000000', 100_000_000n],
    [String(MAX_USD), BigInt(MAX_USD) * NANO_PER_USD],
  ])('%s USD are %p nano-dollars', (text, nano) => {
    expect(parseUsd('limitUsd', text)).toBe(nano);
  });

  test.each([
    'NaN',
    '1e400',
    '1e-3',
    'Infinity',
    '',
    '.5',
    '-1',
    '-0.01',
    '0x1',
    '1,5',
    '0.0000000001',
    '1000000001',
    '9'.repeat(30),
  ])('%p is refused as BAD_USER_INPUT that names the field', (text) => {
    expect(() => parseUsd('input.limitUsd', text)).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        details: expect.objectContaining({ field: 'input.limitUsd' }),
      }),
    );
  });

  test('what is formatted is read again as the same amount', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, BigInt(MAX_USD) * NANO_PER_USD), (nano) => {
        expect(parseUsd('x', formatUsd(nano))).toBe(nano);
      }),
    );
  });

  test('an adjustment may be negative, and is written so', () => {
    expect(formatUsd(-1_500_000_000n)).toBe('-1.5');
    expect(formatUsd(-1n)).toBe('-0.000000001');
  });

  test('a half is rounded up, less than a half down', () => {
    expect([divideHalfUp(5n, 10n), divideHalfUp(4n, 10n), divideHalfUp(15n, 10n), divideHalfUp(14n, 10n)]).toEqual([
      1n,
      0n,
      2n,
      1n,
    ]);
  });
});
