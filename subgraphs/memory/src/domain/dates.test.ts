import { describe, expect, test } from '@jest/globals';
import { type NamedDate, namedDate, tellingIntervals } from './dates.ts';

const date = (year: number | null, month: number | null = null, day: number | null = null): NamedDate => ({
  year,
  month,
  day,
});

describe('namedDate', () => {
  test.each([
    ['what did she do on may 7, 2023?', date(2023, 5, 7)],
    ['what happened on 7 may 2023?', date(2023, 5, 7)],
    ['the 3rd of june', date(null, 6, 3)],
    ['on sept. 21st', date(null, 9, 21)],
    ['who came in may?', date(null, 5)],
    ['may 2023', date(2023, 5)],
    ['may she come?', null],
    ['when did april call?', null],
    ['what did april buy in 2022?', date(2022)],
    ['in early april', date(null, 4)],
    ['they march every year', null],
    ['during march', date(null, 3)],
    ['what about december?', date(null, 12)],
    ['when did jan move?', null],
    ['since jan 2021', date(2021, 1)],
    ['what was built in 1998?', date(1998)],
    ['2023-05-07', date(2023, 5, 7)],
    ['in 2023-05', date(2023, 5)],
    ['12345 and 3021', null],
    ['where is it?', null],
  ])('English %p names %j', (text, expected) => {
    expect(namedDate(text, 'en')).toEqual(expected);
  });

  test.each([
    ['co robila 7 maja 2023?', date(2023, 5, 7)],
    ['kto przyszedl 12. pazdziernika', date(null, 10, 12)],
    ['co bylo w maju?', date(null, 5)],
    ['we wrzesniu 2022', date(2022, 9)],
    ['gdzie jest maja?', null],
    ['od maja', date(null, 5)],
    ['spotkanie 7.05.2023', date(2023, 5, 7)],
    ['kiedy w 2021 roku', date(2021)],
    ['gdzie jest dom?', null],
  ])('Polish %p names %j', (text, expected) => {
    expect(namedDate(text, 'pl')).toEqual(expected);
  });
});

describe('tellingIntervals', () => {
  const days = (...args: Parameters<typeof tellingIntervals>) =>
    tellingIntervals(...args).map(({ from, to }) => [from, to].map((at) => new Date(at).toISOString().slice(0, 10)));

  test('a day is told until the end of the seventh day after it', () => {
    expect(days(date(2023, 12, 30), 0, 0)).toEqual([['2023-12-30', '2024-01-07']]);
  });

  test('a month is told until the seventh of the next, a year until its end', () => {
    expect(days(date(2023, 12), 0, 0)).toEqual([['2023-12-01', '2024-01-08']]);
    expect(days(date(2023), 0, 0)).toEqual([['2023-01-01', '2024-01-01']]);
  });

  test('without a year there is one interval for each year of the range', () => {
    expect(days(date(null, 2, 29), 2019, 2024)).toEqual([
      ['2020-02-29', '2020-03-08'],
      ['2024-02-29', '2024-03-08'],
    ]);
    expect(days(date(null, 5), 2024, 2023)).toEqual([]);
  });

  test('days and months that do not exist have none', () => {
    expect(days(date(2023, 2, 30), 0, 0)).toEqual([]);
    expect(days(date(2023, 13, 1), 0, 0)).toEqual([]);
    expect(days(date(2023, 5, 0), 0, 0)).toEqual([]);
  });
});
