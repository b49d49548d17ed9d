/*
 * Quality of the search index alone, in this process, with the offline encoder and without:
 * `node tests/performance/engine-quality.ts [--hops 1] <folder> …` where a folder holds corpus.jsonl, queries.jsonl and qrels.tsv. Each scope
 * is an index of its own. RAE_MODEL_DIR says where the encoder's model is kept (a folder for temporary files when left out).
 */
import { basename } from 'node:path';
import type { Embedder } from '@rae/kernel';
import { namesIn } from '../../subgraphs/memory/src/domain/bridge-phrases.ts';
import { type RankedHit, type RankQuery, rank } from '../../subgraphs/memory/src/engine/index.ts';
import { type Corpus, type CorpusItem, readCorpus } from './lib/corpus.ts';
import { meanQuality, type Quality, qualityOf } from './lib/metrics.ts';
import { quantile } from './lib/random.ts';
import { option } from './lib/report.ts';
import { loadCorpus, openEncoder, type Scope } from './lib/scopes.ts';

const LIMIT = 20;
const HOPS = Number(option('hops', '1'));

/** As services/search-project.ts goes on: each further round follows the names in the best three hits. */
function ask({ index, documents }: Scope, question: string, query: RankQuery): readonly RankedHit[] {
  let { hits } = rank(index, query);
  for (let hop = 1; hop < HOPS; hop++) {
    const best = hits[0]?.score || 1;
    const bridges = hits
      .slice(0, 3)
      .flatMap(({ mid, score }) =>
        namesIn(documents[mid - 1]?.text ?? '', question).map((text) => ({ text, share: score / best })),
      );
    ({ hits } = rank(index, { ...query, bridges }));
  }
  return hits;
}

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
    const hits = ask(scope, question.text, query);
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
  const { scopes, vectors: questionVectors } = await loadCorpus(corpus, encoder);
  print(`${basename(folder)}, with ${encoder.id}`, answer(corpus, scopes, questionVectors));
  print(`${basename(folder)}, by words alone`, answer(corpus, scopes, null));
}

const encoder = openEncoder();
for (const folder of process.argv.slice(2).filter((word) => word.includes('/'))) await measure(folder, encoder);
await encoder.close();
