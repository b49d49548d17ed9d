import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CostBreakdownInput, checkBreakdown } from './breakdown-input.ts';
import { longestUnit, splitRange } from './breakdown-ranges.ts';

const at = (text: string) => Date.parse(`${text}Z`);

describe('a range', () => {
  test('of 2 days and some is a day, hours and quarters at its ends, and the lines of 6 minutes and 2 seconds', () => {
    const range = { from: at('2026-05-01T22:24:00'), to: at('2026-05-03T01:15:02') };
    expect(splitRange(range, [1440, 60, 15])).toEqual({
      sums: [
        { unit: 15, from: at('2026-05-01T22:30:00'), to: at('2026-05-01T23:00:00') },
        { unit: 60, from: at('2026-05-01T23:00:00'), to: at('2026-05-02T00:00:00') },
        { unit: 1440, from: at('2026-05-02T00:00:00'), to: at('2026-05-03T00:00:00') },
        { unit: 60, from: at('2026-05-03T00:00:00'), to: at('2026-05-03T01:00:00') },
        { unit: 15, from: at('2026-05-03T01:00:00'), to: at('2026-05-03T01:15:00') },
      ],
      lines: [
        { from: at('2026-05-01T22:24:00'), to: at('2026-05-01T22:30:00') },
        { from: at('2026-05-03T01:15:00'), to: at('2026-05-03T01:15:02') },
      ],
    });
  });

  test('is covered by its parts without a gap or an overlap, and sums hold whole units', () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000), fc.nat(4_000_000_000), (from, length) => {
        const { sums, lines } = splitRange({ from, to: from + length }, [1440, 60, 15]);
        let end = from;
        for (const part of [...sums, ...lines].sort((a, b) => a.from - b.from)) {
          expect(part.from).toBe(end);
          end = part.to;
        }
        expect(end).toBe(from + length);
        for (const part of sums)
          expect([part.from % (part.unit * 60_000), part.to % (part.unit * 60_000)]).toEqual([0, 0]);
      }),
    );
  });
});

test.each<[string, string, CostBreakdownInput['by'], string, string]>([
  ['1440', 'Asia/Kolkata', ['MODEL'], '2026-01-01', '2026-12-01'],
  ['1440', 'UTC', ['DAY', 'MODEL'], '2026-01-01', '2026-12-01'],
  ['60', 'UTC', ['HOUR'], '2026-01-01', '2026-01-31'],
  ['60', 'Europe/Warsaw', ['DAY'], '2026-01-01', '2026-12-01'],
  ['15', 'Asia/Kolkata', ['MONTH'], '2026-01-01', '2026-12-01'],
  ['60', 'Australia/Lord_Howe', ['DAY'], '2026-01-01', '2026-02-01'],
  ['15', 'Australia/Lord_Howe', ['DAY'], '2026-01-01', '2026-06-01'],
])('sums of %s minutes answer %s by %j from %s to %s', (minutes, timeZone, by, from, to) => {
  const range = { from: new Date(from), to: new Date(to) };
  const question = checkBreakdown({ by, timeZone, orderBy: 'KEYS_ASC', first: 10, ...range }, range.to);
  expect(String(longestUnit(question))).toBe(minutes);
});
