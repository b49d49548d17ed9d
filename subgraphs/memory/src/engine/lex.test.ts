import { describe, expect, test } from '@jest/globals';
import { ENGLISH, gramTerms, OTHER, POLISH, wordTerm } from './analyser.ts';
import { isGramHash } from './hash.ts';
import { LANGUAGES } from './language.ts';
import { ENDS_IN_QUESTION, HOLDS_QUESTION, indexedText, lexFrequency, lexTerm, packLex, readLexHead } from './lex.ts';

function termsOf(lex: Buffer): Map<number, number> {
  const { terms } = readLexHead(lex, 0);
  return new Map(Array.from({ length: terms }, (_, i) => [lexTerm(lex, 0, i), lexFrequency(lex, 0, i)]));
}

describe('packLex', () => {
  test('an English text gives Porter2 stems without stop words, with their frequencies', () => {
    const lex = packLex('The runner runs, and the other runners are running.');
    expect(readLexHead(lex, 0)).toEqual({ language: LANGUAGES.indexOf('en'), flags: 0, length: 4, terms: 2 });
    expect(termsOf(lex)).toEqual(
      new Map([
        [wordTerm('runner', ENGLISH), 2],
        [wordTerm('runs', ENGLISH), 2],
      ]),
    );
  });

  test('irregular forms of 112 everyday words are their base form', () => {
    for (const [form, base] of [
      ['bought', 'buying'],
      ['won', 'wins'],
      ['taken', 'take'],
      ['children', 'child'],
    ] as const)
      expect(wordTerm(form, ENGLISH)).toBe(wordTerm(base, ENGLISH));
    expect(wordTerm('went', ENGLISH)).not.toBe(wordTerm('go', ENGLISH));
    expect(termsOf(packLex('She won the cup and bought shoes')).get(wordTerm('win', ENGLISH))).toBe(1);
  });

  test('a Polish text gives stems and the 4-grams of words over four letters', () => {
    const terms = termsOf(packLex('Anna ma nową książkę.'));
    expect(terms.get(wordTerm('ksiazkami', POLISH))).toBe(1);
    for (const gram of gramTerms('ksiazke', POLISH)) expect(terms.get(gram)).toBe(1);
    expect([...terms.keys()].filter(isGramHash)).toHaveLength(4);
  });

  test('a text in another language gives its folded words and 4-grams', () => {
    const terms = termsOf(packLex('Die Katze sitzt auf dem Tisch und schläft'));
    expect(terms.get(wordTerm('schlaft', OTHER))).toBe(1);
    expect(gramTerms('schlaft', OTHER).every((gram) => terms.has(gram))).toBe(true);
  });

  test('the same word is another term in each language', () => {
    expect(new Set([ENGLISH, POLISH, OTHER].map((analyser) => wordTerm('film', analyser))).size).toBe(3);
  });

  test('the speaker is indexed once, whether the content names it or not', () => {
    expect(packLex('I like tea.', 'Caroline')).toEqual(packLex('Caroline: I like tea.', 'Caroline'));
    expect(indexedText('Caroline: I like tea.', 'Caroline')).toBe('Caroline: I like tea.');
    expect(termsOf(packLex('I like tea.', 'Caroline')).has(wordTerm('caroline', ENGLISH))).toBe(true);
  });

  test.each([
    ['Where is it?', HOLDS_QUESTION | ENDS_IN_QUESTION],
    ['He asked "why?"', HOLDS_QUESTION | ENDS_IN_QUESTION],
    ['Where? [laughs] ', HOLDS_QUESTION | ENDS_IN_QUESTION],
    ['Why? Because.', HOLDS_QUESTION],
    ['Because [of what?] I said', HOLDS_QUESTION],
    ['No.', 0],
    ['元気ですか？', HOLDS_QUESTION | ENDS_IN_QUESTION],
  ])('%p has the question flags %d', (text, flags) => {
    expect(readLexHead(packLex(text), 0).flags).toBe(flags);
  });

  test('frequencies stop at 255 and lengths at 65 535', () => {
    const lex = packLex('tea '.repeat(70_000));
    expect(readLexHead(lex, 0).length).toBe(65_535);
    expect([...termsOf(lex).values()]).toEqual([255]);
  });

  test('65 536 brackets, blanks or question marks, and one word of 65 536 letters, are packed', () => {
    for (const text of ['['.repeat(65_536), `${' '.repeat(65_535)}?`, '?'.repeat(65_536), 'ą'.repeat(65_536)])
      expect(readLexHead(packLex(text), 0).terms).toBeLessThan(2);
  });

  test('a text without words has no terms', () => {
    expect(readLexHead(packLex('…'), 0)).toEqual({ language: 0, flags: 0, length: 0, terms: 0 });
  });
});
