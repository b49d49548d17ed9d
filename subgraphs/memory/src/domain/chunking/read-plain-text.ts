import type { Block, ReadDocument } from './block.ts';

const PAGE_END = '\f';
const BETWEEN = /\n[^\S\n\f]*\n\s*|\f/g;

/** Paragraphs, between blank lines; a form feed ends a page, as in what pdftotext writes. */
export function readPlainText(text: string): ReadDocument {
  const hasPages = text.includes(PAGE_END);
  const blocks: Block[] = [];
  let page = 1;
  let start = 0;
  const close = (end: number) => {
    if (text.slice(start, end).trim() !== '')
      blocks.push({ start, end, isHeading: false, path: [], page: hasPages ? page : null });
  };
  for (const { 0: gap, index } of text.matchAll(BETWEEN)) {
    close(index);
    page += gap.split(PAGE_END).length - 1;
    start = index + gap.length;
  }
  close(text.length);
  return { text, blocks };
}
