import { describe, expect, test } from '@jest/globals';
import { NEGATIVES, POSITIVES } from './examples.fixture.ts';
import { findPii } from './find-pii.ts';
import { PERSONAL_KINDS, SECRET_KINDS } from './finding.ts';

const found = (text: string) => findPii(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]);

describe('findPii', () => {
  test.each(POSITIVES)('finds what is in: %s', (text, ...expected) => {
    expect(found(text)).toEqual(expected);
  });

  test.each(NEGATIVES)('finds nothing in: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  test('the labelled texts hold every kind', () => {
    const kinds = new Set(POSITIVES.flatMap(([, ...expected]) => expected.map(([kind]) => kind)));
    expect([...kinds].sort()).toEqual([...SECRET_KINDS, ...PERSONAL_KINDS].sort());
  });

  test('all labelled texts in one are found as they are alone, in order and none over another', () => {
    const text = [...POSITIVES.map(([one]) => one), ...NEGATIVES]
      .filter((one) => !one.includes('cut off'))
      .join('\n\n');
    const expected = POSITIVES.filter(([one]) => !one.includes('cut off')).flatMap(([, ...values]) => values);
    expect(found(text)).toEqual(expected);
  });

  const hostile: [string, string][] = [
    ['digits', '1'],
    ['groups of digits', '1 '],
    ['groups of four digits', '4111 '],
    ['@ signs', '@'],
    ['mail-like signs', 'a@'],
    ['dotted names', 'a.a@a.'],
    ['beginnings of keys', '-----BEGIN PRIVATE KEY-----'],
    ['beginnings of JWTs', 'eyJ'],
    ['hyphened beginnings of JWTs', '-eyJhbGciOiJI.eyJ'],
    ['beginnings of IBANs', 'PL61 '],
    ['labels', 'password is to '],
    ['colons', ':'],
    ['hex and colons', 'a:'],
    ['octets', '1.1.'],
    ['plus signs', '+48 '],
    ['API key prefixes', 'sk-'],
    ['parentheses', '(22) 1'],
    ['letters', 'a'],
  ];

  // In time squared one of these would take minutes and meet the timeout of the test.
  test.each(hostile)('256 KiB of %s come to an end', (_, part) => {
    expect(findPii(part.repeat(262_144 / part.length))).toBeDefined();
  });
});
