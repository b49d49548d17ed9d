/*
 * Answers without a language model: `node tests/performance/answers.ts <folder>` where the folder holds locomo-dev. What is
 * answered, in a question's own conversation and in another; how much of the right answer stands in the extracted sentences.
 * RAE_MODEL_DIR says where the encoder's model is kept (a folder for temporary files when left out).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Evidence, isRelevant, readFound } from '../../subgraphs/memory/src/domain/answer/evidence.ts';
import { extractSentences } from '../../subgraphs/memory/src/domain/answer/extract.ts';
import { topicTerms } from '../../subgraphs/memory/src/domain/answer/terms.ts';
import { rank } from '../../subgraphs/memory/src/engine/index.ts';
import { type CorpusItem, readCorpus } from './lib/corpus.ts';
import { loadCorpus, openEncoder } from './lib/scopes.ts';

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
const encoder = openEncoder();
const { scopes, vectors } = await loadCorpus(corpus, encoder);
const names = [...scopes.keys()];

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
  if (other !== question.scope)
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
