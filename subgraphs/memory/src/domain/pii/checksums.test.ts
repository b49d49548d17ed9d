import { expect, test } from '@jest/globals';
import { isNip, isPesel, isRegon, isSsn, passesLuhn, passesMod97 } from './checksums.ts';

/** Right numbers of each kind; every one with another last digit is wrong. */
const RIGHT: [string, (number: string) => boolean, string[]][] = [
  ['Luhn', passesLuhn, ['4111111111111111', '378282246310005', '5555555555554444', '6011111111111117']],
  ['MOD 97-10', passesMod97, ['PL61109010140000071219812874', 'DE89370400440532013000', 'GB29NWBK60161331926819']],
  ['PESEL', isPesel, ['44051401359', '02270803624']],
  ['NIP', isNip, ['5260250274', '1234563218']],
  ['REGON', isRegon, ['123456785', '12345678512347']],
];

test.each(RIGHT)('%s takes right numbers and refuses each with another last digit', (_, passes, numbers) => {
  for (const number of numbers) {
    const last = Number(number.at(-1));
    const passing = Array.from({ length: 10 }, (_, digit) => digit).filter((digit) =>
      passes(number.slice(0, -1) + digit),
    );
    expect([number, passing]).toEqual([number, [last]]);
  }
});

test('PESEL wants a day that there was: 30 February is none, and the month carries the century', () => {
  expect(isPesel('44023001350')).toBe(false);
  expect(isPesel('02070803628')).toBe(true);
});

test('areas, groups and serials that were never given out are no SSN', () => {
  const never = ['000123456', '666123456', '900123456', '219009999', '219090000', '111111111'];
  expect(never.filter(isSsn)).toEqual([]);
  expect(isSsn('219099999')).toBe(true);
});
