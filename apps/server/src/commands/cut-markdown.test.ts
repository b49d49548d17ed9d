import { describe, expect, test } from '@jest/globals';
import { cutMarkdown } from './cut-markdown.ts';

describe('cutting a document at its headings', () => {
  test('each section has its own text below the path of its headings', () => {
    const sections = cutMarkdown(
      '# Leave\n\nIn short.\n\n## Holiday\n\n26 days.\n\n### Carried over\n\nSix.\n\n## Illness\n\nWrite.\n',
    );
    expect(sections).toEqual([
      { headings: ['Leave'], text: 'Leave\n\nIn short.' },
      { headings: ['Leave', 'Holiday'], text: 'Leave › Holiday\n\n26 days.' },
      { headings: ['Leave', 'Holiday', 'Carried over'], text: 'Leave › Holiday › Carried over\n\nSix.' },
      { headings: ['Leave', 'Illness'], text: 'Leave › Illness\n\nWrite.' },
    ]);
  });

  test('a depth that is left out does not nest its neighbours', () => {
    const sections = cutMarkdown('# A\n### B\nb\n### C\nc\n## D\nd');
    expect(sections.map(({ headings }) => headings)).toEqual([
      ['A', 'B'],
      ['A', 'C'],
      ['A', 'D'],
    ]);
  });

  test('text before the first heading is a section without headings, and a heading without text is none', () => {
    expect(cutMarkdown('Hello.\n\n# Empty\n\n# Full ##\r\n\r\nText.')).toEqual([
      { headings: [], text: 'Hello.' },
      { headings: ['Full'], text: 'Full\n\nText.' },
    ]);
    expect(cutMarkdown('')).toEqual([]);
  });

  test('a # in a code block, and one without a space, is no heading', () => {
    const code = '```sh\n# a comment\nls\n```\n\n#tag';
    expect(cutMarkdown(`# Use\n\n${code}`)).toEqual([{ headings: ['Use'], text: `Use\n\n${code}` }]);
    expect(cutMarkdown('~~~\n```\n# no\n~~~\n# Yes\ny').map(({ headings }) => headings)).toEqual([[], ['Yes']]);
  });
});

describe('cutting what is too long', () => {
  const paragraph = 'A sentence of some words that goes on. '.repeat(12).trim();
  const long = Array.from({ length: 10 }, () => paragraph).join('\n\n');

  test('no piece is longer than 2 000 characters, each has the headings, and no word is lost', () => {
    const sections = cutMarkdown(`# Long\n\n${long}`);
    expect(sections.length).toBeGreaterThan(2);
    for (const { headings, text } of sections) {
      expect(text.length).toBeLessThanOrEqual(2_000);
      expect(text.startsWith('Long\n\n')).toBe(true);
      expect(headings).toEqual(['Long']);
    }
    const words = sections.flatMap(({ text }) => text.replace('Long\n\n', '').split(/\s+/));
    expect(words).toEqual(long.split(/\s+/));
  });

  test('paragraphs stay whole where they fit', () => {
    expect(cutMarkdown('one two\n\nthree four\n\nfive six', 21).map(({ text }) => text)).toEqual([
      'one two\n\nthree four',
      'five six',
    ]);
  });

  test('sentences are cut before words, and a word without a space at the limit', () => {
    expect(cutMarkdown('It is so. And on it goes.', 12).map(({ text }) => text)).toEqual([
      'It is so.',
      'And on it',
      'goes.',
    ]);
    expect(cutMarkdown('x'.repeat(25), 10).map(({ text }) => text.length)).toEqual([10, 10, 5]);
  });

  test('no character of two halves is cut apart', () => {
    for (const { text } of cutMarkdown('🎉'.repeat(25), 11)) expect(text.isWellFormed()).toBe(true);
  });

  test('the line of headings counts towards the limit', () => {
    const sections = cutMarkdown(`# Long\n\n${'x'.repeat(4_500)}`);
    expect(sections.map(({ text }) => text.length)).toEqual([2_000, 2_000, 518]);
  });

  test('a heading longer than the limit leaves room for its text', () => {
    const sections = cutMarkdown(`# ${'h'.repeat(300)}\n\nText.`, 100);
    expect(sections.map(({ text }) => text)).toEqual([`${'h'.repeat(50)}\n\nText.`]);
  });
});
