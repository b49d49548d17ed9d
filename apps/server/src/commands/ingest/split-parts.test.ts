import { expect, test } from '@jest/globals';
import type { DocumentType } from './read-document.ts';
import { splitParts } from './split-parts.ts';

const split = (content: string, most: number, mimeType: DocumentType = 'text/markdown') =>
  splitParts({ mimeType, content }, most);

test('a text that fits is one part, as it is', () => {
  expect(split('# A\n\nb', 100)).toEqual(['# A\n\nb']);
});

test('Markdown is cut at its headings, nothing is lost, and each part fits', () => {
  const chapter = (at: number) => `# Chapter ${at}\n\n${'Zażółć gęślą jaźń. '.repeat(8)}\n\n`;
  const text = Array.from({ length: 9 }, (_, at) => chapter(at)).join('');
  const parts = split(text, 700);
  expect(parts.length).toBeGreaterThan(4);
  expect(parts.join('')).toBe(text);
  for (const part of parts) {
    expect(Buffer.byteLength(part)).toBeLessThanOrEqual(700);
    expect(part).toMatch(/^# Chapter/);
  }
});

test('a run of emoji without a blank is cut between characters of four bytes', () => {
  const parts = split('🦔'.repeat(100), 50, 'text/plain');
  expect(parts.join('')).toBe('🦔'.repeat(100));
  for (const part of parts) expect([part.isWellFormed(), Buffer.byteLength(part) <= 50]).toEqual([true, true]);
});

test('pages are counted on in the parts of a text with form feeds', () => {
  const pages = Array.from({ length: 10 }, (_, at) => `Page ${at + 1} ${'x'.repeat(90)}`);
  const parts = split(pages.join('\f'), 350, 'text/plain');
  const numbered = parts.flatMap((part) => part.split('\f').map((text, at) => [at + 1, text.split(' ')[1]]));
  for (const [page, said] of numbered.filter(([, text]) => text)) expect(String(page)).toBe(said);
});

test('HTML is cut before a heading, and no part begins inside a script', () => {
  const html = `<script>${'<h2>'.repeat(100)}</script>${'<h2>Part</h2><p>Some text of it.</p>'.repeat(20)}`;
  const parts = split(html, 300, 'text/html');
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.join('')).not.toContain('script');
  expect(parts.join('').match(/Some text of it/g)).toHaveLength(20);
  for (const part of parts.slice(1)) expect(part).toMatch(/^<h2>/);
});

test('each part of JSON is JSON, and all values are there', () => {
  const value = { name: 'x', long: 'word '.repeat(200), list: Array.from({ length: 60 }, (_, at) => ({ at })) };
  const parts = split(JSON.stringify(value), 300, 'application/json');
  for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(300);
  const read = parts.map((part) => JSON.parse(part));
  expect(read.flatMap(({ list = [] }) => list.map(({ at }: { at: number }) => at))).toEqual(
    value.list.map(({ at }) => at),
  );
  expect(read.flatMap(({ long = [] }) => long).join('')).toBe(value.long);
});
