import { describe, expect, test } from '@jest/globals';
import { splitSentences } from './sentences.ts';

const split = (text: string) => splitSentences(text).map(({ start, end }) => text.slice(start, end));

describe('splitSentences', () => {
  test.each([
    ['I moved in March. The flat is small! Is it?', ['I moved in March.', 'The flat is small!', 'Is it?']],
    ['Ask Dr. Smith, e.g. on Monday. He is in.', ['Ask Dr. Smith, e.g. on Monday.', 'He is in.']],
    ['J. R. Tolkien wrote it. We read it.', ['J. R. Tolkien wrote it.', 'We read it.']],
    ['Termin to np. 14 dni. Wyślij do p. Nowak.', ['Termin to np. 14 dni.', 'Wyślij do p. Nowak.']],
    ['Mieszka przy ul. Długiej 5, tj. w centrum. Lubi to.', ['Mieszka przy ul. Długiej 5, tj. w centrum.', 'Lubi to.']],
    ['It costs 3.50 dollars. Cheap.', ['It costs 3.50 dollars.', 'Cheap.']],
    ['one line\nanother line\n\n', ['one line', 'another line']],
    ['see p.\nnext', ['see p.', 'next']],
    ['  \n ', []],
    ['', []],
  ])('cuts %j into %j', (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });

  test('loses no letter of 20 000 full stops, in order', () => {
    const text = 'a. B. '.repeat(10_000);
    const spans = splitSentences(text);
    expect(
      spans
        .map(({ start, end }) => text.slice(start, end))
        .join('')
        .replaceAll(' ', ''),
    ).toBe(text.replaceAll(' ', ''));
  });

  test('counts in UTF-16 units across emoji', () => {
    const text = '🦔🦔 ran. Then 👩‍👩‍👧 followed.';
    expect(split(text)).toEqual(['🦔🦔 ran.', 'Then 👩‍👩‍👧 followed.']);
  });
});
