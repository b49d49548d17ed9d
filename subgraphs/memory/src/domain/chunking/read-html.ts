import { badInput } from '@rae/kernel';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import type { Block, ReadDocument } from './block.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** Deeper than any page that people write; browsers stop at 512 themselves. */
const MAX_DEPTH = 512;
const MAX_HEADING = 256;
const HEADINGS: Readonly<Record<string, number>> = { h1: 1, h2: 2, h3: 3, h4: 4, h5: 5, h6: 6 };
const NOT_TEXT = new Set('script style template noscript head svg math iframe object canvas'.split(' '));
/** Each begins and ends a line of its own. */
const LINES = new Set('div p li dt dd tr br hr option figcaption caption address summary label legend'.split(' '));
/** Each begins and ends a block of its own. */
const WHOLE = new Set('p ul ol dl table pre blockquote figure form'.split(' '));
const SECTIONS = new Set('body main article section nav header footer aside div details fieldset'.split(' '));

/** What is written down so far: in parts, since asking a long text for its end after each addition takes quadratic time. */
interface Sheet {
  readonly parts: string[];
  length: number;
  /** The last two characters. */
  tail: string;
  readonly blocks: Block[];
  path: readonly { readonly depth: number; readonly text: string }[];
  blockStart: number;
  /** The part that the open block begins with, and whether there is more than blanks in it. */
  blockPart: number;
  hasWords: boolean;
  /** How many elements are open that keep what is in them in one block. */
  whole: number;
  verbatim: number;
}

const namesOf = ({ path }: Sheet): string[] => path.map(({ text }) => text).filter((text) => text !== '');

function write(sheet: Sheet, text: string): void {
  if (text === '') return;
  sheet.parts.push(text);
  sheet.length += text.length;
  sheet.tail = (sheet.tail + text.slice(-2)).slice(-2);
  sheet.hasWords ||= text.trim() !== '';
}

function endBlock(sheet: Sheet, isHeading = false): void {
  const { blockStart, length } = sheet;
  if (sheet.hasWords)
    sheet.blocks.push({ start: blockStart, end: length, isHeading, path: namesOf(sheet), page: null });
  if (length > 0 && sheet.tail !== '\n\n') write(sheet, sheet.tail.endsWith('\n') ? '\n' : '\n\n');
  sheet.blockStart = sheet.length;
  sheet.blockPart = sheet.parts.length;
  sheet.hasWords = false;
}

const atLineStart = ({ length, blockStart, tail }: Sheet): boolean => length === blockStart || tail.endsWith('\n');

const endLine = (sheet: Sheet): void => {
  if (!atLineStart(sheet)) write(sheet, '\n');
};

function addText(sheet: Sheet, value: string): void {
  const words = value.replaceAll(/[ \t\r\n\f]+/g, ' ');
  const isLed = atLineStart(sheet) || sheet.tail.endsWith(' ');
  write(sheet, sheet.verbatim > 0 ? value : isLed ? words.trimStart() : words);
}

function open(sheet: Sheet, { tagName, attrs }: Element): void {
  if (HEADINGS[tagName] !== undefined) endBlock(sheet);
  else if (sheet.whole === 0 && (WHOLE.has(tagName) || SECTIONS.has(tagName))) endBlock(sheet);
  else if (LINES.has(tagName) || WHOLE.has(tagName)) endLine(sheet);
  if (WHOLE.has(tagName)) sheet.whole++;
  if (tagName === 'pre') sheet.verbatim++;
  if (tagName === 'li') write(sheet, '- ');
  if ((tagName === 'td' || tagName === 'th') && !atLineStart(sheet)) write(sheet, ' | ');
  const alt = tagName === 'img' ? attrs.find(({ name }) => name === 'alt')?.value : undefined;
  if (alt) addText(sheet, ` ${alt} `);
}

function closeHeading(sheet: Sheet, depth: number): void {
  const words = sheet.parts.slice(sheet.blockPart).join('').slice(0, MAX_HEADING);
  const text = words.replaceAll(/\s+/g, ' ').trim();
  sheet.path = [...sheet.path.filter((above) => above.depth < depth), { depth, text }];
  endBlock(sheet, true);
}

function close(sheet: Sheet, { tagName }: Element): void {
  const depth = HEADINGS[tagName];
  if (tagName === 'pre') sheet.verbatim--;
  if (WHOLE.has(tagName)) sheet.whole--;
  if (depth !== undefined) closeHeading(sheet, depth);
  else if (sheet.whole === 0 && (WHOLE.has(tagName) || SECTIONS.has(tagName))) endBlock(sheet);
  else if (LINES.has(tagName) || WHOLE.has(tagName)) endLine(sheet);
}

const isElement = (node: Node): node is Element => 'tagName' in node;

/** Goes through a tree without recursion: a page may be nested as deep as its writer likes. */
function walk(root: Node, sheet: Sheet): void {
  const stack: { readonly node: Node; readonly depth: number; readonly closing: boolean }[] = [
    { node: root, depth: 0, closing: false },
  ];
  for (let step = stack.pop(); step; step = stack.pop()) {
    const { node, depth, closing } = step;
    if (depth > MAX_DEPTH)
      throw badInput('input.content', `has elements nested deeper than ${MAX_DEPTH} levels`, { limit: MAX_DEPTH });
    if ('value' in node) addText(sheet, node.value);
    else if (isElement(node) && closing) close(sheet, node);
    else if (!(isElement(node) && NOT_TEXT.has(node.tagName))) {
      if (isElement(node)) {
        open(sheet, node);
        stack.push({ node, depth, closing: true });
      }
      const children = 'childNodes' in node ? node.childNodes : [];
      for (const child of children.toReversed()) stack.push({ node: child, depth: depth + 1, closing: false });
    }
  }
}

/**
 * The text of a web page: headings, paragraphs, lists, tables (cells between `|`) and preformatted text. Scripts, styles,
 * comments and attributes other than `alt` are left out.
 *
 * @throws BAD_USER_INPUT when elements are nested deeper than 512 levels
 */
export function readHtml(html: string): ReadDocument {
  const sheet: Sheet = {
    parts: [],
    length: 0,
    tail: '',
    blocks: [],
    path: [],
    blockStart: 0,
    blockPart: 0,
    hasWords: false,
    whole: 0,
    verbatim: 0,
  };
  walk(parse(html), sheet);
  endBlock(sheet);
  return { text: sheet.parts.join(''), blocks: sheet.blocks };
}
