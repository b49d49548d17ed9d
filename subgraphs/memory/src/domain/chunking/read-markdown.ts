import { fromMarkdown } from 'mdast-util-from-markdown';
import type { Block, ReadDocument } from './block.ts';

/**
 * What stands inside a line is kept as it is written, so it is not parsed: emphasis alone takes quadratic time (measured:
 * 40 KB of `a**b` 6 s, this way 0.03 s).
 */
const INLINE = [
  'attention',
  'autolink',
  'characterEscape',
  'characterReference',
  'codeText',
  'definition',
  'hardBreakEscape',
  'htmlText',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
];
const BLOCKS_ONLY = { extensions: [{ disable: { null: INLINE } }] };

const FRONT_MATTER = /^---[ \t]*\r?\n[\s\S]*?\r?\n---[ \t]*(?:\r?\n|$)/;
/** Marks around and links behind the words of a heading. */
const DECORATION = /[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|\]\([^)\s]*\)|!?\[/g;
const MAX_HEADING = 256;

interface Heading {
  readonly depth: number;
  readonly text: string;
}

/** The words of a heading: `## **Leave** ##`, or a text above a line of dashes. */
function headingText(source: string): string {
  const written = source.trim();
  const words = written.startsWith('#')
    ? written
        .slice(0, MAX_HEADING)
        .replace(/^#{1,6}/, '')
        .replace(/#+$/, '')
    : written.slice(0, Math.min(MAX_HEADING, written.lastIndexOf('\n')));
  return words.replaceAll(DECORATION, '').replaceAll(/\s+/g, ' ').trim();
}

/** A heading ends those of its own depth and of the depths below it. */
const under = (path: readonly Heading[], heading: Heading): readonly Heading[] => [
  ...path.filter(({ depth }) => depth < heading.depth),
  heading,
];

/** Headings, paragraphs, lists, tables, quotes and code blocks of a Markdown text (CommonMark), with their headings. */
export function readMarkdown(text: string): ReadDocument {
  const blocks: Block[] = [];
  const front = FRONT_MATTER.exec(text)?.[0].length ?? 0;
  if (front > 0) blocks.push({ start: 0, end: front, isHeading: false, path: [], page: null });
  let path: readonly Heading[] = [];
  for (const node of fromMarkdown(text.slice(front), BLOCKS_ONLY).children) {
    const start = front + (node.position?.start.offset ?? 0);
    const end = front + (node.position?.end.offset ?? 0);
    const isHeading = node.type === 'heading';
    if (isHeading) path = under(path, { depth: node.depth, text: headingText(text.slice(start, end)) });
    const names = path.map((heading) => heading.text).filter((name) => name !== '');
    blocks.push({ start, end, isHeading, path: names, page: null });
  }
  return { text, blocks };
}
