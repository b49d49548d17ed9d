import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '@rae/kernel';
import { z } from 'zod';
import { parseWhen } from './parse-when.ts';

/** A text of corpus.jsonl: a turn of a conversation where it has a session, else a document. */
export interface CorpusDocument {
  readonly id: string;
  /** Its title stands at its beginning. */
  readonly text: string;
  /** What it is searched in. */
  readonly scope: string;
  readonly session: string | null;
  readonly speaker: string | null;
  readonly role: 'ASSISTANT' | 'SYSTEM' | 'TOOL' | 'USER' | null;
  readonly occurredAt: Date | null;
}

export interface CorpusQuestion {
  readonly id: string;
  readonly text: string;
  readonly scope: string;
  readonly category: string | null;
}

export interface Corpus {
  readonly documents: readonly CorpusDocument[];
  /** Those that qrels.tsv judges. */
  readonly questions: readonly CorpusQuestion[];
  /** By question: the documents that answer it. */
  readonly relevant: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Where everything lies that names no scope. */
export const DEFAULT_SCOPE = 'all';
/** Longest content of a memory. */
const MAX_TEXT = 65_536;

const label = z.union([z.string().min(1), z.number()]).transform(String);
const when = z.string().transform((value, issue) => {
  const instant = parseWhen(value);
  if (!instant)
    issue.addIssue('takes "1:56 pm on 8 May, 2023", an ISO date and time such as 2023-05-08T13:56:00Z, or 2023-05-08');
  return instant;
});
const text = z.string().trim().min(1).max(MAX_TEXT);
const DocumentLine = z.object({
  _id: label,
  text,
  meta: z
    .object({
      scope: label.default(DEFAULT_SCOPE),
      title: z.string().default(''),
      session: label.nullable().default(null),
      speaker: label.nullable().default(null),
      role: z.enum(['ASSISTANT', 'SYSTEM', 'TOOL', 'USER']).nullable().default(null),
      when: when.nullable().default(null),
    })
    .prefault({}),
});
const QuestionLine = z.object({
  _id: label,
  text,
  meta: z.object({ scope: label.default(DEFAULT_SCOPE), category: label.nullable().default(null) }).prefault({}),
});

const wrong = (path: string, line: number, sentence: string) =>
  new PlatformError('BAD_USER_INPUT', `${path}, line ${line}: ${sentence}`, { file: path, line });

async function readLines(path: string): Promise<(readonly [line: number, text: string])[]> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PlatformError(
      'NOT_FOUND',
      `${path} cannot be read; a data folder has corpus.jsonl, queries.jsonl and qrels.tsv.`,
      { file: path },
      { cause },
    );
  });
  const lines = content.split(/\r?\n/).map((row, at): [number, string] => [at + 1, row]);
  return lines.filter(([, row]) => row.trim() !== '');
}

function parseLine<T>(schema: z.ZodType<T>, path: string, line: number, row: string): T {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw wrong(path, line, 'this is not JSON; each line is one object, such as {"_id": "1", "text": "…"}.');
  }
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw wrong(path, line, `${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'is not as it should be'}.`);
}

async function readItems<T extends { readonly _id: string }>(schema: z.ZodType<T>, path: string): Promise<T[]> {
  const seen = new Map<string, number>();
  return (await readLines(path)).map(([line, row]) => {
    const item = parseLine(schema, path, line, row);
    const before = seen.get(item._id);
    if (before !== undefined) throw wrong(path, line, `the _id “${item._id}” stands in line ${before} already.`);
    seen.set(item._id, line);
    return item;
  });
}

const collapse = (words: string) => words.trim().replaceAll(/\s+/g, ' ');
const withTitle = (title: string, body: string) =>
  collapse(body).startsWith(collapse(title)) ? body : `${collapse(title)}. ${body}`;

/**
 * Reads a file of texts, one JSON object a line: `_id`, `text`, and in `meta` scope, title, session, speaker, role and when.
 *
 * @throws NOT_FOUND when it cannot be read; BAD_USER_INPUT naming file and line
 */
export async function readDocuments(path: string): Promise<CorpusDocument[]> {
  const items = await readItems(DocumentLine, path);
  return items.map(({ _id, text: body, meta: { title, when: occurredAt, ...meta } }) => ({
    id: _id,
    text: withTitle(title, body),
    occurredAt,
    ...meta,
  }));
}

/** Reads a file of questions, as readDocuments does; in `meta` scope and category. */
export async function readQuestions(path: string): Promise<CorpusQuestion[]> {
  const items = await readItems(QuestionLine, path);
  return items.map(({ _id, text: question, meta }) => ({ id: _id, text: question, ...meta }));
}

/** Every row must name a question and a document of that question's scope: one that does not would count as never found. */
async function readRelevant(
  path: string,
  documents: readonly CorpusDocument[],
  questions: readonly CorpusQuestion[],
): Promise<Map<string, Set<string>>> {
  const scopes = new Map(documents.map(({ id, scope }) => [id, scope]));
  const asked = new Map(questions.map(({ id, scope }) => [id, scope]));
  const relevant = new Map<string, Set<string>>();
  const [header, ...rows] = await readLines(path);
  if (header?.[1] !== 'query-id\tcorpus-id\tscore')
    throw wrong(path, 1, 'the first line must be query-id, corpus-id and score with tabs between.');
  for (const [line, row] of rows) {
    const [question = '', document = '', score = ''] = row.split('\t');
    if (!asked.has(question)) throw wrong(path, line, `there is no question “${question}” in queries.jsonl.`);
    if (!scopes.has(document)) throw wrong(path, line, `there is no document “${document}” in corpus.jsonl.`);
    if (scopes.get(document) !== asked.get(question))
      throw wrong(path, line, `document “${document}” lies in another scope than question “${question}”.`);
    if (!/^\d+$/.test(score)) throw wrong(path, line, `the score must be a whole number, not “${score}”.`);
    if (score !== '0') relevant.set(question, (relevant.get(question) ?? new Set()).add(document));
  }
  return relevant;
}

/**
 * Reads a data folder: corpus.jsonl, queries.jsonl and qrels.tsv. Questions without a relevant document are left out.
 *
 * @throws NOT_FOUND when a file is missing; BAD_USER_INPUT naming file and line of what is wrong
 */
export async function readCorpus(folder: string): Promise<Corpus> {
  const documents = await readDocuments(join(folder, 'corpus.jsonl'));
  const questions = await readQuestions(join(folder, 'queries.jsonl'));
  const relevant = await readRelevant(join(folder, 'qrels.tsv'), documents, questions);
  return { documents, relevant, questions: questions.filter(({ id }) => relevant.has(id)) };
}
