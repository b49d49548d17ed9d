import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A text of a corpus or a question, as a line of corpus.jsonl or queries.jsonl gives it. */
export interface CorpusItem {
  readonly id: string;
  readonly text: string;
  /** The pool that a question is searched in. */
  readonly scope: string;
  readonly session: string | null;
  readonly speaker: string | null;
  /** Epoch milliseconds; null when the line names no time that is understood. */
  readonly occurredAt: number | null;
  readonly category: string | null;
}

/** A folder in corpus.jsonl, queries.jsonl, qrels.tsv form. Questions without a judgement are left out. */
export interface Corpus {
  readonly documents: readonly CorpusItem[];
  readonly questions: readonly CorpusItem[];
  /** By question id: the documents that answer it, with their grade. */
  readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Reads a folder. @throws the file system's error when a file is missing; SyntaxError naming a line that is not JSON */
export async function readCorpus(folder: string): Promise<Corpus> {
  const documents = await readItems(join(folder, 'corpus.jsonl'));
  const judgements = await readJudgements(join(folder, 'qrels.tsv'));
  const questions = (await readItems(join(folder, 'queries.jsonl'))).filter(({ id }) => judgements.has(id));
  return { documents, questions, judgements };
}

async function readItems(path: string): Promise<CorpusItem[]> {
  const items: CorpusItem[] = [];
  for await (const line of linesOf(path)) if (line !== '') items.push(toItem(JSON.parse(line)));
  return items;
}

async function readJudgements(path: string): Promise<Map<string, Map<string, number>>> {
  const judgements = new Map<string, Map<string, number>>();
  let isHeader = true;
  for await (const line of linesOf(path)) {
    const [question = '', document = '', grade = ''] = line.split('\t');
    if (!isHeader && line !== '') {
      const known = judgements.get(question) ?? new Map<string, number>();
      judgements.set(question, known.set(document, Number(grade)));
    }
    isHeader = false;
  }
  return judgements;
}

const linesOf = (path: string) => createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });

interface RawItem {
  readonly _id: string;
  readonly text: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

function toItem({ _id, text, meta = {} }: RawItem): CorpusItem {
  const string = (key: string) => (meta[key] === undefined || meta[key] === null ? null : String(meta[key]));
  return {
    id: _id,
    text,
    scope: string('scope') ?? 'all',
    session: string('session'),
    speaker: string('speaker'),
    occurredAt: parseWhen(string('when')),
    category: string('category') ?? string('type'),
  };
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const SPOKEN_TIME = /^(\d{1,2}):(\d{2})\s*(am|pm)\s+on\s+(\d{1,2})\s+([a-z]+),?\s+(\d{4})$/i;

/**
 * The instant of a `meta.when`: "1:56 pm on 8 May, 2023", taken as UTC, or anything in ISO 8601, as epoch milliseconds. Null
 * when it is neither.
 */
export function parseWhen(when: string | null): number | null {
  if (when === null) return null;
  const spoken = SPOKEN_TIME.exec(when.trim());
  if (!spoken) return Number.isNaN(Date.parse(when)) ? null : Date.parse(when);
  const [, hour, minute, half, day, month, year] = spoken;
  const index = MONTHS.indexOf((month ?? '').slice(0, 3).toLowerCase());
  if (index < 0) return null;
  const hours = (Number(hour) % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0);
  return Date.UTC(Number(year), index, Number(day), hours, Number(minute));
}
