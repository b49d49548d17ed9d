import { badInput, type JsonValue } from '@rae/kernel';
import type { Block, ReadDocument } from './block.ts';
import type { CountTokens } from './count-tokens.ts';

const MAX_DEPTH = 100;

type Container = JsonValue[] | { [key: string]: JsonValue };

const isContainer = (value: JsonValue): value is Container => value !== null && typeof value === 'object';
const isPlainKey = (key: string) => /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key);
const entriesOf = (value: Container): [string | number, JsonValue][] =>
  Array.isArray(value) ? value.map((item, at) => [at, item]) : Object.entries(value);

/** `orders[3].address`; a key that is no word is quoted: `["a key"]`. */
function extend(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!isPlainKey(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function* render(key: string | number, value: JsonValue, depth: number): Generator<string> {
  if (isContainer(value) && depth + 2 > MAX_DEPTH)
    throw badInput('input.content', `is nested deeper than ${MAX_DEPTH} levels`, { limit: MAX_DEPTH });
  const label = `${'  '.repeat(Math.min(depth, 8))}${typeof key === 'number' ? '-' : `${key}:`}`;
  if (!isContainer(value)) yield `${label} ${value}\n`;
  else if (entriesOf(value).length === 0) yield `${label} ${Array.isArray(value) ? '[]' : '{}'}\n`;
  else {
    yield `${label}\n`;
    for (const [inner, item] of entriesOf(value)) yield* render(inner, item, depth + 1);
  }
}

interface Group {
  readonly keys: (string | number)[];
  text: string;
  tokens: number;
}

/** Neighbours go into one block as long as they fit: a list of small things is no list of small chunks. */
function nameOf(path: string, { keys }: Group): string {
  const [first = 0] = keys;
  const last = keys.at(-1) ?? first;
  if (keys.length === 1) return extend(path, first);
  return typeof first === 'number' ? `${path}[${first}..${last}]` : path;
}

function parse(source: string): JsonValue {
  try {
    return JSON.parse(source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it cannot be parsed';
    // V8 repeats what it read, which must not go into an error.
    const place = /position \d+|line \d+ column \d+/.exec(reason)?.[0] ?? 'its end';
    throw badInput('input.content', `is not JSON: it goes wrong at ${place}`);
  }
}

/**
 * A JSON document as lines `key: value`. What fits into `most` tokens stays together; the path of a block is where its values
 * stand, such as `orders[3].address` or `orders[0..14]`.
 *
 * @throws BAD_USER_INPUT when it is no JSON, or is nested deeper than 100 levels
 */
export function readJson(source: string, most: number, count: CountTokens): ReadDocument {
  const blocks: Block[] = [];
  let text = '';
  const add = (path: string, group: Group) => {
    const name = nameOf(path, group);
    const start = text.length;
    text += group.text;
    blocks.push({ start, end: text.length, isHeading: false, path: name === '' ? [] : [name], page: null });
    text += '\n';
  };
  const walk = (path: string, value: Container) => {
    let group: Group = { keys: [], text: '', tokens: 0 };
    const close = () => {
      if (group.keys.length > 0) add(path, group);
      group = { keys: [], text: '', tokens: 0 };
    };
    for (const [key, item] of entriesOf(value)) {
      const lines = [...render(key, item, 0)].join('');
      const tokens = count(lines);
      if (group.tokens + tokens > most) close();
      if (tokens > most && isContainer(item)) walk(extend(path, key), item);
      else group = { keys: [...group.keys, key], text: group.text + lines, tokens: group.tokens + tokens };
    }
    close();
  };
  const value = parse(source);
  if (isContainer(value)) walk('', value);
  else add('', { keys: [], text: `${value}\n`, tokens: 0 });
  return { text, blocks };
}
