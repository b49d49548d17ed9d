// Of the ten nearest memories by the encoder's own numbers, how many the index finds, whose vectors are int8 behind a sieve of sign bits:
//   node tests/performance/vector-recall.ts <folder> …
// where a folder holds corpus.jsonl, queries.jsonl and qrels.tsv. A turn counts by its own cosine alone.
import { basename } from 'node:path';
import { SHIPPED_SCORER } from '../../subgraphs/memory/src/domain/scorer-weights.ts';
import { indexedText, rank } from '../../subgraphs/memory/src/engine/index.ts';
import { readCorpus } from './lib/corpus.ts';
import { readVectors, vectorFile } from './lib/kept-vectors.ts';
import { printConditions } from './lib/report.ts';
import { loadCorpus, openEncoder } from './lib/scopes.ts';

const NEAREST = 10;
const { turn, document } = SHIPPED_SCORER.full;
const BY_COSINE = { ...SHIPPED_SCORER, full: { turn: { cosine: turn.cosine }, document } };
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

printConditions(`the ${NEAREST} nearest, found by the index`);
const encoder = openEncoder();
for (const folder of process.argv.slice(2)) {
  const corpus = await readCorpus(folder);
  const { scopes, vectors } = await loadCorpus(corpus, encoder);
  const texts = corpus.documents.map(({ text, speaker }) => indexedText(text, speaker));
  const kept = readVectors(vectorFile(encoder.id, 'document', texts), texts.length, encoder.dimensions) ?? [];
  const vectorOf = new Map(corpus.documents.map(({ id }, at) => [id, kept[at]]));
  let [found, asked] = [0, 0];
  for (const [at, question] of corpus.questions.entries()) {
    const [scope, vector] = [scopes.get(question.scope), vectors[at]];
    if (!scope || !vector) continue;
    const cosines = scope.documents.map(({ id }) => dot(vector, vectorOf.get(id) ?? new Float32Array()));
    const exact = [...cosines.keys()].sort((a, b) => (cosines[b] ?? 0) - (cosines[a] ?? 0)).slice(0, NEAREST);
    const query = { text: question.text, vector, signals: ['VECTOR' as const], filter: null, limit: NEAREST };
    const mids = new Set(rank(scope.index, { ...query, scorer: BY_COSINE }).hits.map(({ mid }) => mid));
    found += exact.filter((place) => mids.has(place + 1)).length;
    asked += exact.length;
  }
  console.log(
    `${basename(folder)}: recall@${NEAREST} ${(found / asked).toFixed(4)} over ${corpus.questions.length} questions`,
  );
}
await encoder.close();
