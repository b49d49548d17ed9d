import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BUDGET_WINDOWS, checkTimeZone, type WindowRule, windowAt } from './windows.ts';

const rule = (window: WindowRule['window'], timeZone = 'UTC', starts: Partial<WindowRule> = {}): WindowRule => ({
  window,
  timeZone,
  weekStartsOn: 1,
  monthStartsOn: 1,
  ...starts,
});
const show = (of: WindowRule, at: string) => {
  const { startsAt, endsAt } = windowAt(of, new Date(at));
  return [startsAt.toISOString(), endsAt?.toISOString() ?? null];
};
const hours = (of: WindowRule, at: string) => {
  const { startsAt, endsAt } = windowAt(of, new Date(at));
  return ((endsAt?.getTime() ?? Number.NaN) - startsAt.getTime()) / 3_600_000;
};

describe('a day', () => {
  test('in Tokyo begins at 15:00 UTC', () => {
    expect(show(rule('DAILY', 'Asia/Tokyo'), '2026-11-21T14:59:59.999Z')[1]).toBe('2026-11-21T15:00:00.000Z');
    expect(show(rule('DAILY', 'Asia/Tokyo'), '2026-11-21T15:00:00Z')[0]).toBe('2026-11-21T15:00:00.000Z');
  });

  test('in Warsaw has 23 hours on 29 March 2026, 25 on 25 October 2026 and 24 on the days beside', () => {
    const warsaw = rule('DAILY', 'Europe/Warsaw');
    const days = ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-24', '2026-10-25', '2026-10-26'];
    expect(days.map((day) => hours(warsaw, `${day}T12:00:00Z`))).toEqual([24, 23, 24, 24, 25, 24]);
  });

  test('that has no midnight begins at its first instant: 01:00 in Beirut on 29 March 2026', () => {
    expect(show(rule('DAILY', 'Asia/Beirut'), '2026-03-29T12:00:00Z')).toEqual([
      '2026-03-28T22:00:00.000Z',
      '2026-03-29T21:00:00.000Z',
    ]);
  });
});

describe('a week, a month, an hour and the whole', () => {
  test('a week that starts on Sunday starts on Sunday, and one that starts on Monday on Monday', () => {
    expect(show(rule('WEEKLY', 'UTC', { weekStartsOn: 7 }), '2026-11-21T10:00:00Z')).toEqual([
      '2026-11-15T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
    ]);
    expect(show(rule('WEEKLY'), '2026-11-22T23:59:59Z')[0]).toBe('2026-11-16T00:00:00.000Z');
  });

  test('a month that starts on day 28 reaches from 28 January to 28 February, and ends with February in a leap year too', () => {
    const anchored = rule('MONTHLY', 'UTC', { monthStartsOn: 28 });
    expect(show(anchored, '2026-02-27T00:00:00Z')).toEqual(['2026-01-28T00:00:00.000Z', '2026-02-28T00:00:00.000Z']);
    expect(hours(anchored, '2028-02-28T00:00:00Z') / 24).toBe(29);
    expect(hours(rule('MONTHLY'), '2026-02-14T00:00:00Z') / 24).toBe(28);
  });

  test('an hour follows the zone: half past in Kolkata, 90 minutes where Lord Howe moves its clocks by 30', () => {
    expect(show(rule('HOURLY', 'Asia/Kolkata'), '2026-11-21T10:10:00Z')[0]).toBe('2026-11-21T09:30:00.000Z');
    expect(hours(rule('HOURLY', 'Australia/Lord_Howe'), '2026-04-04T15:15:00Z')).toBe(1.5);
    expect(hours(rule('HOURLY', 'Australia/Lord_Howe'), '2026-04-04T16:00:00Z')).toBe(1);
  });

  test('the whole has one window from 1970 without an end', () => {
    expect(show(rule('TOTAL'), '2026-11-21T10:10:00Z')).toEqual(['1970-01-01T00:00:00.000Z', null]);
  });
});

test('any instant lies in its window, windows of one rule join without gap or overlap, and ask for themselves the same', () => {
  const zones = ['UTC', 'Europe/Warsaw', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Beirut', 'Pacific/Apia'];
  const rules = fc.record({
    window: fc.constantFrom(...BUDGET_WINDOWS.filter((window) => window !== 'TOTAL')),
    timeZone: fc.constantFrom(...zones),
    weekStartsOn: fc.integer({ min: 1, max: 7 }),
    monthStartsOn: fc.integer({ min: 1, max: 28 }),
  });
  const instants = fc.date({ min: new Date('2008-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(rules, instants, (of, at) => {
      const { startsAt, endsAt } = windowAt(of, at);
      const end = endsAt ?? at;
      expect(startsAt.getTime() <= at.getTime() && at < end).toBe(true);
      expect(windowAt(of, startsAt)).toEqual({ startsAt, endsAt });
      expect(windowAt(of, new Date(end.getTime() - 1))).toEqual({ startsAt, endsAt });
      expect(windowAt(of, end).startsAt).toEqual(end);
    }),
    { numRuns: 1_000 },
  );
});

describe('checkTimeZone', () => {
  test('takes names of the IANA database and refuses offsets, unknown and empty names as BAD_USER_INPUT', () => {
    for (const zone of ['UTC', 'Europe/Warsaw', 'America/Argentina/Buenos_Aires'])
      expect(checkTimeZone('input.timeZone', zone)).toBe(zone);
    for (const zone of ['Mars/Olympus', '+02:00', '', 'CEST+1', 'Europe/Warsaw; drop'])
      expect(() => checkTimeZone('input.timeZone', zone)).toThrow('input.timeZone: must be an IANA time zone');
  });
});
