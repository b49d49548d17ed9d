/*
 * Fits the weights of the scorer for conversations and prints them as subgraphs/memory/src/domain/scorer-weights.ts holds them:
 * `npm run fit-scorer -- <folder> …`, where each folder holds corpus.jsonl, queries.jsonl and qrels.tsv of conversations in sessions.
 *
 * Softmax over all turns of the scope: the mean over questions of −1/|relevant| Σ log p(relevant turn) + l2 |w|², features
 * z-scored within the scope but for flags, by Newton's method. Divisors are mean standard deviations. The date's weight is set by hand: the
 * questions of QMSum name no dates.
 */
import { SHIPPED_SCORER, type TurnFeature } from '../../subgraphs/memory/src/domain/scorer-weights.ts';
import { clearRows, scoreRows } from '../../subgraphs/memory/src/engine/candidates.ts';
import { createCosines } from '../../subgraphs/memory/src/engine/cosines.ts';
import { turnFeatures } from '../../subgraphs/memory/src/engine/features.ts';
import { readQuestion } from '../../subgraphs/memory/src/engine/question.ts';
import { askVector } from '../../subgraphs/memory/src/engine/vectors.ts';
import { createWindowScorer } from '../../subgraphs/memory/src/engine/window.ts';
import { type Corpus, readCorpus } from './lib/corpus.ts';
import { fitSoftmax, type Sample } from './lib/fit-softmax.ts';
import { option } from './lib/report.ts';
import { loadCorpus, openEncoder, type Scope } from './lib/scopes.ts';

const L2 = Number(option('l2', '0.03'));
const FLAGS: readonly TurnFeature[] = ['speaker', 'question'];
const LEXICAL: readonly TurnFeature[] = [
  'own',
  'surroundings',
  'previousQuestion',
  'speaker',
  'question',
  'informativeness',
];
const FULL: readonly TurnFeature[] = [...LEXICAL, 'cosine', 'neighbourCosine'];

type Rows = readonly Readonly<Record<TurnFeature, number | null>>[];

/** The features of all turns of a scope for one question. */
function featuresOf({ index, documents }: Scope, text: string, vector: Float32Array): Rows {
  if (index.vectors) askVector(index.vectors, vector);
  const question = readQuestion(index, text, true);
  const visible = index.columns.active;
  scoreRows(index, question, visible, documents.length);
  const { own, termPlace } = index.scratch;
  const windows = createWindowScorer(index, visible, question.terms, own.values, termPlace);
  const cosines = createCosines(index, true);
  cosines.fetch(documents.keys());
  const source = { question, visible, windows, cosines, named: new Map(), sessionBest: new Map(), now: 0 };
  const rows = documents.map((_, slot) => turnFeatures(index, source, slot));
  clearRows(index, question);
  return rows;
}

interface Asked {
  readonly rows: Rows;
  readonly relevant: readonly number[];
}

function askAll(corpus: Corpus, scopes: ReadonlyMap<string, Scope>, vectors: readonly Float32Array[]): Asked[] {
  return corpus.questions.flatMap((question, i) => {
    const scope = scopes.get(question.scope);
    const vector = vectors[i];
    if (!scope || !vector || question.category === 'instruction') return [];
    const wanted = corpus.judgements.get(question.id);
    const relevant = scope.documents.flatMap(({ id }, at) => (wanted?.has(id) ? [at] : []));
    return [{ rows: featuresOf(scope, question.text, vector), relevant }];
  });
}

const valuesOf = (rows: Rows, feature: TurnFeature): number[] => {
  const known = rows.flatMap((row) => row[feature] ?? []);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  return rows.map((row) => row[feature] ?? mean);
};

function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

function toSample({ rows, relevant }: Asked, features: readonly TurnFeature[]): Sample {
  const columns = features.map((feature) => {
    const values = valuesOf(rows, feature);
    if (FLAGS.includes(feature)) return values;
    const { mean, deviation } = momentsOf(values);
    return values.map((value) => (value - mean) / (deviation || 1));
  });
  return { rows: rows.map((_, at) => columns.map((column) => column[at] ?? 0)), relevant };
}

function print(name: string, asked: readonly Asked[], features: readonly TurnFeature[]): void {
  const weights = fitSoftmax(
    asked.map((one) => toSample(one, features)),
    L2,
  );
  console.log(`${name}: turn: {`);
  features.forEach((feature, i) => {
    const moments = asked.map(({ rows }) => momentsOf(valuesOf(rows, feature)));
    const over = (key: 'mean' | 'deviation') => moments.reduce((sum, one) => sum + one[key], 0) / moments.length;
    const divisor = FLAGS.includes(feature) ? '1' : over('deviation').toFixed(3);
    console.log(
      `  ${feature}: { weight: ${weights[i]?.toFixed(2)}, divisor: ${divisor} }, // mean ${over('mean').toFixed(2)}`,
    );
  });
  console.log(`  date: ${JSON.stringify(SHIPPED_SCORER.full.turn.date)},\n},`);
}

const folders = process.argv.slice(2).filter((word) => word.includes('/'));
if (folders.length === 0) throw new Error('name the folders to fit on: npm run fit-scorer -- <folder> …');
const encoder = openEncoder();
const asked: Asked[] = [];
for (const folder of folders) {
  const corpus = await readCorpus(folder);
  const { scopes, vectors } = await loadCorpus(corpus, encoder);
  asked.push(...askAll(corpus, scopes, vectors));
}
console.log(`// ${asked.length} questions, l2 ${L2}`);
print('full', asked, FULL);
print('lexical', asked, LEXICAL);
await encoder.close();
