const digitsOf = (text: string): number[] => Array.from(text, Number);

const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0);

/** The check digit of payment cards: ISO/IEC 7812-1 annex B (Luhn). `number` holds digits alone. */
export function passesLuhn(number: string): boolean {
  const sum = digitsOf(number)
    .reverse()
    .reduce((total, digit, at) => total + (at % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit), 0);
  return sum % 10 === 0;
}

/** ISO 13616 (IBAN) and ISO/IEC 7064 MOD 97-10; `iban` without blanks, in capitals. */
export function passesMod97(iban: string): boolean {
  let rest = 0;
  for (const sign of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  return rest === 1;
}

const CENTURIES = [1900, 2000, 2100, 2200, 1800];

/** The Polish personal number: a real date of birth (the month carries the century) and weights 1, 3, 7, 9 (Dz.U. 2015 poz. 1984). */
export function isPesel(number: string): boolean {
  const digits = digitsOf(number);
  if (digits.length !== 11) return false;
  const [year, coded, day] = [number.slice(0, 2), number.slice(2, 4), number.slice(4, 6)].map(Number);
  const month = (coded ?? 0) % 20;
  const born = new Date(Date.UTC((CENTURIES[Math.floor((coded ?? 0) / 20)] ?? 1900) + (year ?? 0), month - 1, day));
  const isDay = month >= 1 && month <= 12 && born.getUTCMonth() === month - 1 && born.getUTCDate() === day;
  return isDay && weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

/** The Polish tax number: weights 6 5 7 2 3 4 5 6 7, modulo 11. */
export function isNip(number: string): boolean {
  const digits = digitsOf(number);
  return (
    digits.length === 10 && new Set(digits).size > 1 && weighted(digits, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digits[9]
  );
}

/** The Polish business number of 9 digits, or of 14 for a local unit: modulo 11, where 10 counts as 0. */
export function isRegon(number: string): boolean {
  const digits = digitsOf(number);
  const short = (weighted(digits, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === digits[8];
  if (digits.length === 9) return short && new Set(digits).size > 1;
  return (
    digits.length === 14 &&
    short &&
    (weighted(digits, [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11) % 10 === digits[13]
  );
}

/** What the US Social Security Administration has never given out is none (area 000, 666, 900 and above; group 00; serial 0000). */
export const isSsn = (number: string): boolean =>
  /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(number) && new Set(number).size > 1;
