/*
 * Answers without a language model: `node tests/performance/answers.ts <folder>` where the folder holds locomo-dev. What is
 * answered, in a question's own conversation and in another; how much of the right answer stands in the extracted sentences.
 * RAE_MODEL_DIR says where the encoder's model is kept (a folder for temporary files when left out).
 */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOfflineEncoder } from '@rae/llm';
import { testSpend } from '../../packages/llm/fixtures/spend.ts';
import { type Evidence, isRelevant, readFound } from '../../subgraphs/memory/src/domain/answer/evidence.ts';
import { extractSentences } from '../../subgraphs/memory/src/domain/answer/extract.ts';
import { topicTerms } from '../../subgraphs/memory/src/domain/answer/terms.ts';
import {
  createProjectIndex,
  finishLoading,
  indexedText,
  loadRows,
  loadVectors,
  type ProjectIndex,
  packLex,
  packRecord,
  packVector,
  quantisationScale,
  quantise,
  rank,
  runAll,
} from '../../subgraphs/memory/src/engine/index.ts';
import { type CorpusItem, readCorpus } from './lib/corpus.ts';

const BATCH = 64;
const HITS = 10;
const ADVERSARIAL = '5';

const folder = process.argv[2] ?? '';
const corpus = await readCorpus(folder);
const rightAnswers = new Map(
  readFileSync(join(folder, 'queries.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ _id, meta }): [string, string] => [_id, String(meta.answer)]),
);
const encoder = createOfflineEncoder({
  modelDir: process.env.RAE_MODEL_DIR ?? join(tmpdir(), 'rae-models'),
  assertOutsideTransaction: () => {},
});
const scale = quantisationScale(encoder.id, encoder.dimensions);

async function embed(texts: readonly string[], purpose: 'query' | 'document'): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += BATCH)
    vectors.push(...(await encoder.embed(texts.slice(from, from + BATCH), purpose, testSpend())));
  return vectors;
}

async function openScope(documents: readonly CorpusItem[]): Promise<ProjectIndex> {
  const { dimensions, languages } = encoder;
  const index = createProjectIndex({ dimensions, scale, languages }, documents.length);
  const rows = documents.map(({ text, speaker, session, occurredAt }, at) =>
    packRecord({
      mid: at + 1,
      turn: at + 1,
      lex: packLex(text, speaker),
      speaker,
      session,
      occurredAt: occurredAt ?? 0,
    }),
  );
  runAll(loadRows(index, Buffer.concat(rows)));
  const vectors = await embed(
    documents.map(({ text, speaker }) => indexedText(text, speaker)),
    'document',
  );
  runAll(loadVectors(index, Buffer.concat(vectors.map((vector, at) => packVector(at + 1, quantise(vector, scale))))));
  runAll(finishLoading(index, '1:1:'));
  return index;
}

const scopes = new Map<string, { index: ProjectIndex; documents: readonly CorpusItem[] }>();
for (const [scope, documents] of Map.groupBy(corpus.documents, (document) => document.scope))
  scopes.set(scope, { index: await openScope(documents), documents });
const names = [...scopes.keys()];
const vectors = await embed(
  corpus.questions.map(({ text }) => text),
  'query',
);

function findEvidence({ text }: CorpusItem, vector: Float32Array | null, scope: string): Evidence[] {
  const within = scopes.get(scope);
  if (!within) return [];
  const { hits } = rank(within.index, { text, vector, signals: null, filter: null, limit: HITS });
  return hits.flatMap(({ mid, score }) => {
    const document = within.documents[mid - 1];
    if (!document) return [];
    const { id, text: content, speaker, occurredAt } = document;
    return [{ memoryId: id, content, speaker, occurredAt: new Date(occurredAt ?? 0), score }];
  });
}

const sums = new Map<string, { sum: number; count: number }>();
function add(name: string, value: number): void {
  const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 };
  sums.set(name, { sum: sum + value, count: count + 1 });
}

for (const [at, question] of corpus.questions.entries()) {
  const vector = vectors[at] ?? null;
  const other = names[(names.indexOf(question.scope) + 1) % names.length] ?? '';
  add(
    'answered in another conversation',
    Number(isRelevant(question.text, readFound(question.text, findEvidence(question, vector, other)))),
  );
  const evidence = findEvidence(question, vector, question.scope);
  const from = performance.now();
  const found = readFound(question.text, evidence);
  const relevant = isRelevant(question.text, found);
  const extracted = extractSentences(found);
  add('milliseconds', performance.now() - from);
  add(question.category === ADVERSARIAL ? 'answered, category 5' : 'answered, categories 1 to 4', Number(relevant));
  if (question.category === ADVERSARIAL) continue;
  const text = extracted.map(({ at: place, start, end }) => evidence[place]?.content.slice(start, end)).join(' ');
  const judged = corpus.judgements.get(question.id);
  add('a relevant memory among the hits', Number(evidence.some(({ memoryId }) => judged?.has(memoryId))));
  add(
    'a relevant memory cited',
    Number(extracted.some(({ at: place }) => judged?.has(evidence[place]?.memoryId ?? ''))),
  );
  add('characters', text.length);
  const right = topicTerms(rightAnswers.get(question.id) ?? '', 'en');
  const said = topicTerms(text, 'en');
  if (right.size > 0) add('words of the right answer', [...right].filter((term) => said.has(term)).length / right.size);
}
for (const [name, { sum, count }] of sums)
  console.log(`${name.padEnd(36)}${String(count).padStart(6)}  ${(sum / count).toFixed(3)}`);
await encoder.close();
