import { type DefaultTreeAdapterTypes, parse, serialize } from 'parse5';
import type { DocumentText } from './read-document.ts';
import { UnreadableFile } from './read-pdf.ts';

/** The server's own limit, less what the same text may grow by when it is written anew. */
export const MAX_PART_BYTES = 1_000_000;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const bytesOf = (text: string): number => Buffer.byteLength(text);

/** Places to begin a part at, the best first; each match ends where the next part begins. */
const CUTS: Readonly<Record<'text/plain' | 'text/markdown' | 'text/html', readonly RegExp[]>> = {
  'text/plain': [/\f/g, /\n\s*\n/g, /\n/g, /\s/g],
  'text/markdown': [/\n(?=# )/g, /\n(?=#{1,6} )/g, /\n\s*\n/g, /\n/g, /\s/g],
  'text/html': [
    /(?=<h[1-6][\s>])/gi,
    /(?=<(?:p|div|section|table|ul|ol|pre)[\s>])/gi,
    /(?=<(?:tr|li|br)[\s>])/gi,
    /(?=<)/g,
    /\s/g,
  ],
};

/** The longest beginning of a text that takes at most `most` bytes, never half a character. */
function fit(text: string, most: number): number {
  const bytes = Buffer.from(text.slice(0, most));
  if (bytes.length <= most) return Math.min(text.length, most);
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end).length;
}

/** The last cut in the second half of what fits, at the best kind of place that there is. */
function cutPoint(text: string, most: number, cuts: readonly RegExp[]): number {
  const end = fit(text, most);
  const room = text.slice(0, end);
  for (const cut of cuts) {
    let last = 0;
    for (const { 0: match, index } of room.matchAll(cut)) last = index + match.length;
    if (last > end / 2 && last < text.length) return last;
  }
  return end;
}

function splitText(text: string, most: number, cuts: readonly RegExp[]): string[] {
  const parts: string[] = [];
  let rest = text;
  while (bytesOf(rest) > most) {
    const at = cutPoint(rest, most, cuts);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...parts, rest].filter((part) => part.trim() !== '');
}

/** A part that begins on page 7 begins with six form feeds, so that its pages are counted on. */
function countPagesOn(parts: readonly string[]): string[] {
  let pages = 0;
  return parts.map((part) => {
    const numbered = '\f'.repeat(pages) + part;
    pages += part.split('\f').length - 1;
    return numbered;
  });
}

type HtmlNode = DefaultTreeAdapterTypes.ChildNode;
const NOT_TEXT = new Set(['script', 'style', 'template', 'noscript', 'svg']);

/** Without what is no text, so that no part begins inside a script. */
function withoutScripts(html: string): string {
  const document = parse(html);
  const stack: DefaultTreeAdapterTypes.ParentNode[] = [document];
  const isText = (node: HtmlNode) => node.nodeName !== '#comment' && !NOT_TEXT.has(node.nodeName);
  for (let node = stack.pop(); node; node = stack.pop()) {
    node.childNodes = node.childNodes.filter(isText);
    for (const child of node.childNodes) if ('childNodes' in child) stack.push(child);
  }
  try {
    return serialize(document);
  } catch (cause) {
    throw new UnreadableFile('has elements nested too deep', { cause });
  }
}

/** Values that each fit: lists and objects are taken apart, a text that is too long becomes a list of texts. */
function splitJson(value: Json, most: number): Json[] {
  const whole = JSON.stringify(value);
  if (bytesOf(whole) <= most) return [value];
  if (typeof value === 'string') return splitText(value, Math.floor(most / 2), CUTS['text/plain']);
  if (value === null || typeof value !== 'object') return [value];
  const entries = Object.entries(value).flatMap(([key, item]) =>
    splitJson(item, most - bytesOf(key) - 8).map((part): [string, Json] => [key, part]),
  );
  return groupEntries(entries, most).map((group) =>
    Array.isArray(value) ? group.map(([, item]) => item) : Object.fromEntries(group),
  );
}

function groupEntries(entries: readonly [string, Json][], most: number): [string, Json][][] {
  const groups: [string, Json][][] = [];
  let room = 0;
  const keys = new Set<string>();
  for (const [key, item] of entries) {
    const bytes = bytesOf(JSON.stringify(key)) + bytesOf(JSON.stringify(item)) + 4;
    const group = groups.at(-1);
    if (group && bytes <= room && !keys.has(key)) group.push([key, item]);
    else {
      groups.push([[key, item]]);
      room = most;
      keys.clear();
    }
    keys.add(key);
    room -= bytes;
  }
  return groups;
}

function parseJson(content: string): Json {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new UnreadableFile('is no JSON', { cause });
  }
}

/**
 * Cuts a document that is larger than the server takes into parts that it takes, in order, at headings, pages, paragraphs or
 * list items as far as there are any; one that fits stays as it is.
 *
 * @param most bytes of a part
 * @throws UnreadableFile for JSON that is none
 */
export function splitParts({ mimeType, content }: DocumentText, most = MAX_PART_BYTES): string[] {
  if (bytesOf(content) <= most) return [content];
  if (mimeType === 'application/json') return splitJson(parseJson(content), most).map((part) => JSON.stringify(part));
  if (mimeType === 'text/html') return splitText(withoutScripts(content), most, CUTS['text/html']);
  const parts = splitText(content, most, CUTS[mimeType]);
  return mimeType === 'text/plain' && content.includes('\f') ? countPagesOn(parts) : parts;
}
