import { describe, expect, test } from '@jest/globals';
import { comparePositions, decodeCursor, type EventPosition, encodeCursor, justBelow, LOG_START } from './position.ts';

const at = (epoch: number, tx: string, seq: string): EventPosition => ({ epoch, tx, seq });

/** In log order. */
const PLACES = [
  LOG_START,
  at(1, '0', '1'),
  at(1, '9', '10'),
  at(1, '10', '9'),
  at(1, '10', '10'),
  at(1, '9007199254740993', '1'),
  at(1, '9007199254740994', '1'),
  at(2, '3', '11'),
  justBelow(2, '5'),
  at(2, '5', '1'),
];

describe('a position', () => {
  test('is before another by epoch, then transaction, then number, also beyond 2^53', () => {
    for (const [i, a] of PLACES.entries())
      for (const [j, b] of PLACES.entries()) expect(Math.sign(comparePositions(a, b))).toBe(Math.sign(i - j));
  });

  test('comes back from its cursor', () => {
    for (const place of PLACES) expect(decodeCursor(encodeCursor(place))).toEqual(place);
  });
});

describe('a cursor', () => {
  const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

  test.each([
    ['empty', ''],
    ['garbage', '%%%'],
    ['a word', cursorOf('later')],
    ['of a list', cursorOf('xxxxxxxxxxxx["2026-01-01",5]')],
    ['negative', cursorOf('e1.-5.1')],
    ['with more behind it', cursorOf('e1.5.1.1')],
    ['with a number beyond a bigint', cursorOf('e1.5.9223372036854775808')],
    ['with a transaction of 20 digits', cursorOf('e1.12345678901234567890.1')],
  ])('that is %s is BAD_USER_INPUT and names its field', (_, cursor) => {
    expect(() => decodeCursor(cursor, 'minCursor')).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: 'minCursor' } }),
    );
  });

  test('with leading zeros is the same place', () => {
    expect(comparePositions(decodeCursor(cursorOf('e01.007.0010')), at(1, '7', '10'))).toBe(0);
  });
});
