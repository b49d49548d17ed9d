/*
 * Quality of the search index alone, in this process, with the offline encoder and without:
 * `node tests/performance/engine-quality.ts <folder> …` where a folder holds corpus.jsonl, queries.jsonl and qrels.tsv. Each scope
 * is an index of its own. RAE_MODEL_DIR says where the encoder's model is kept (a folder for temporary files when left out).
 */
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Embedder, NO_CAUSE, spendOf, uuidv7 } from '@rae/kernel';
import { createOfflineEncoder } from '@rae/llm';
import { testCaller } from '@rae/testkit';
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
import { type Corpus, type CorpusItem, readCorpus } from './lib/corpus.ts';
import { meanQuality, type Quality, qualityOf } from './lib/metrics.ts';
import { quantile } from './lib/random.ts';

const spend = spendOf(
  { caller: testCaller(uuidv7()), cause: NO_CAUSE },
  { projectId: uuidv7(), operation: 'EMBEDDING' },
);

const BATCH = 64;
const LIMIT = 20;

interface Scope {
  readonly index: ProjectIndex;
  readonly documents: readonly CorpusItem[];
}

async function embedAll(encoder: Embedder, texts: readonly string[], purpose: 'query' | 'document') {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += BATCH) {
    vectors.push(...(await encoder.embed(texts.slice(from, from + BATCH), purpose, spend)));
    process.stderr.write(`\r${purpose} ${vectors.length}/${texts.length} `);
  }
  process.stderr.write('\r\u001b[K');
  return vectors;
}

function buildScopes(corpus: Corpus, vectors: readonly Float32Array[], encoder: Embedder): ReadonlyMap<string, Scope> {
  const scale = quantisationScale(encoder.id, encoder.dimensions);
  const vectorOf = new Map(corpus.documents.map(({ id }, i) => [id, vectors[i]]));
  const scopes = new Map<string, Scope>();
  for (const [scope, documents] of Map.groupBy(corpus.documents, (document) => document.scope)) {
    const index = createProjectIndex(
      { dimensions: encoder.dimensions, scale, languages: encoder.languages },
      documents.length,
    );
    runAll(loadRows(index, Buffer.concat(documents.map((document, i) => packRow(document, i + 1)))));
    const packed = documents.map(({ id }, i) =>
      packVector(i + 1, quantise(vectorOf.get(id) ?? new Float32Array(), scale)),
    );
    runAll(loadVectors(index, Buffer.concat(packed)));
    runAll(finishLoading(index, '1:1:'));
    scopes.set(scope, { index, documents });
  }
  return scopes;
}

const packRow = ({ text, speaker, session, occurredAt }: CorpusItem, mid: number): Buffer =>
  packRecord({ mid, turn: mid, lex: packLex(text, speaker), speaker, session, occurredAt: occurredAt ?? 0 });

interface Answer {
  readonly question: CorpusItem;
  readonly quality: Quality;
  readonly tookMs: number;
}

function answer(corpus: Corpus, scopes: ReadonlyMap<string, Scope>, vectors: readonly Float32Array[] | null): Answer[] {
  return corpus.questions.flatMap((question, i) => {
    const scope = scopes.get(question.scope);
    if (!scope) return [];
    const from = performance.now();
    const query = { text: question.text, vector: vectors?.[i] ?? null, signals: null, filter: null, limit: LIMIT };
    const { hits } = rank(scope.index, query);
    const tookMs = performance.now() - from;
    const found = hits.map(({ mid }) => scope.documents[mid - 1]?.id ?? '');
    const relevant = new Set(corpus.judgements.get(question.id)?.keys());
    return [{ question, quality: qualityOf(found, relevant), tookMs }];
  });
}

function print(title: string, answers: readonly Answer[]): void {
  const line = (name: string, some: readonly Answer[]) => {
    const quality = meanQuality(some.map((one) => one.quality));
    const numbers = Object.values(quality).map((value: number) => value.toFixed(4));
    console.log(`${name.padEnd(16)}${String(some.length).padStart(6)}  ${numbers.join('  ')}`);
  };
  const times = answers.map(({ tookMs }) => tookMs);
  console.log(`\n${title}: ${quantile(times, 0.5).toFixed(2)} ms p50, ${quantile(times, 0.95).toFixed(2)} ms p95`);
  console.log(`${' '.repeat(17)}asked  R@5     R@10    R@20    MRR@10  nDCG@10 all@10`);
  line('all', answers);
  const categories = Map.groupBy(answers, ({ question }) => question.category);
  for (const [category, some] of [...categories].sort(([a], [b]) => (a ?? '').localeCompare(b ?? '')))
    if (category !== null) line(`category ${category}`, some);
}

async function measure(folder: string, encoder: Embedder): Promise<void> {
  const corpus = await readCorpus(folder);
  const texts = corpus.documents.map(({ text, speaker }) => indexedText(text, speaker));
  const documentVectors = await embedAll(encoder, texts, 'document');
  const questionVectors = await embedAll(
    encoder,
    corpus.questions.map(({ text }) => text),
    'query',
  );
  const scopes = buildScopes(corpus, documentVectors, encoder);
  print(`${basename(folder)}, with ${encoder.id}`, answer(corpus, scopes, questionVectors));
  print(`${basename(folder)}, by words alone`, answer(corpus, scopes, null));
}

const encoder = createOfflineEncoder({
  modelDir: process.env.RAE_MODEL_DIR ?? join(tmpdir(), 'rae-models'),
  assertOutsideTransaction: () => {},
});
for (const folder of process.argv.slice(2)) await measure(folder, encoder);
await encoder.close();
