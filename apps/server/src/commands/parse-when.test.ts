import { expect, test } from '@jest/globals';
import { parseWhen } from './parse-when.ts';

const KNOWN: readonly (readonly [string, string])[] = [
  ['1:56 pm on 8 May, 2023', '2023-05-08T13:56:00.000Z'],
  ['12:09 am on 13 September, 2023', '2023-09-13T00:09:00.000Z'],
  ['12:30 pm on 1 January, 2022', '2022-01-01T12:30:00.000Z'],
  [' 9:55 AM on 22 Oct 2023 ', '2023-10-22T09:55:00.000Z'],
  ['2023-05-08', '2023-05-08T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2023-05-08T13:56:00Z', '2023-05-08T13:56:00.000Z'],
  ['2023-05-08T13:56:00.250+02:00', '2023-05-08T11:56:00.250Z'],
  ['2023-05-08 13:56', '2023-05-08T13:56:00.000Z'],
];

test.each(KNOWN)('“%s” is %s', (when, instant) => {
  expect(parseWhen(when)?.toISOString()).toBe(instant);
});

const UNKNOWN = [
  '',
  'yesterday',
  '8 May',
  '31 April 2023',
  '1:56 pm on 31 April, 2023',
  '13:56 pm on 8 May, 2023',
  '0:10 am on 8 May, 2023',
  '1:76 pm on 8 May, 2023',
  '1:56 pm on 8 Mai, 2023',
  '2023-02-29',
  '2023-13-01',
  '2023-05-08T25:00:00Z',
  '08.05.2023',
  '1683554160',
];

test.each(UNKNOWN)('“%s” is no instant', (when) => {
  expect(parseWhen(when)).toBeNull();
});
