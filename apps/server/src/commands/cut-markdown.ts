/** A part of a document that stands by itself. */
export interface Section {
  /** The headings above it, outermost first. */
  readonly headings: readonly string[];
  /** Its own text, below a line that names the headings. */
  readonly text: string;
}

const HEADING = /^(#{1,6})\s+(.+?)(?:\s+#+)?\s*$/;
const FENCE = /^\s*(```|~~~)/;

interface Heading {
  readonly depth: number;
  readonly text: string;
}

interface Open {
  readonly path: readonly Heading[];
  readonly lines: string[];
}

function toHeading(line: string): Heading | null {
  const [, marks, text] = HEADING.exec(line) ?? [];
  return marks && text ? { depth: marks.length, text } : null;
}

/** A heading ends those of its own depth and of the depths below it. */
const under = (path: readonly Heading[], heading: Heading): readonly Heading[] => [
  ...path.filter(({ depth }) => depth < heading.depth),
  heading,
];

function cutAtHeadings(markdown: string): Open[] {
  let section: Open = { path: [], lines: [] };
  const sections = [section];
  let fence: string | null = null;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = FENCE.exec(line)?.[1] ?? null;
    if (mark !== null) fence = fence === null ? mark : fence === mark ? null : fence;
    const heading = fence === null ? toHeading(line) : null;
    if (heading) {
      section = { path: under(section.path, heading), lines: [] };
      sections.push(section);
    } else section.lines.push(line);
  }
  return sections;
}

/** The last blank line, line end, sentence end or space before `most`, the first of these that leaves no tiny piece. */
function cutPoint(text: string, most: number): number {
  const room = text.slice(0, most);
  const ends = ['\n\n', '\n', '. ', ' '].map((mark) => room.lastIndexOf(mark) + (mark === '. ' ? 1 : 0));
  const found = ends.find((end) => end > most / 2) ?? most;
  return /[\uD800-\uDBFF]/.test(text.charAt(found - 1)) ? found - 1 : found; // never between the halves of a character
}

function cutToSize(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const at = cutPoint(rest, most);
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return [...pieces, rest];
}

/**
 * Cuts a Markdown document at its headings; what is still longer than `most` characters is cut on, at paragraphs, lines,
 * sentences or words. A heading without text of its own makes no section; a `#` in a code block is no heading.
 *
 * @param most in UTF-16 code units, as String.length counts
 */
export function cutMarkdown(markdown: string, most = 2_000): Section[] {
  return cutAtHeadings(markdown).flatMap(({ path, lines }) => {
    const body = lines.join('\n').trim();
    if (body === '') return [];
    const headings = path.map(({ text }) => text);
    const prefix = path.length === 0 ? '' : `${headings.join(' › ').slice(0, most / 2)}\n\n`;
    return cutToSize(body, most - prefix.length).map((piece) => ({ headings, text: `${prefix}${piece}` }));
  });
}
