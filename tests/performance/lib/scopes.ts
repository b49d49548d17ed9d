import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  runAll,
} from '../../../subgraphs/memory/src/engine/index.ts';
import type { Corpus, CorpusItem } from './corpus.ts';
import { readVectors, vectorFile, writeVectors } from './kept-vectors.ts';

const spend = spendOf(
  { caller: testCaller(uuidv7()), cause: NO_CAUSE },
  { projectId: uuidv7(), operation: 'EMBEDDING' },
);

const BATCH = 64;

/** The index of one pool of a corpus, and its documents: number `mid` is `documents[mid - 1]`. */
export interface Scope {
  readonly index: ProjectIndex;
  readonly documents: readonly CorpusItem[];
}

/** Vectors of many texts, kept between runs in a folder for temporary files; with progress on standard error. */
async function embedAll(encoder: Embedder, texts: readonly string[], purpose: 'query' | 'document') {
  const file = vectorFile(encoder.id, purpose, texts);
  const kept = readVectors(file, texts.length, encoder.dimensions);
  if (kept) return kept;
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += BATCH) {
    vectors.push(...(await encoder.embed(texts.slice(from, from + BATCH), purpose, spend)));
    if (process.stderr.isTTY) process.stderr.write(`\r${purpose} ${vectors.length}/${texts.length} `);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  writeVectors(file, vectors);
  return vectors;
}

/** An index for each pool. @param vectors of the documents, in their order */
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

/** The offline encoder; RAE_MODEL_DIR says where its model is kept. */
export const openEncoder = (): Embedder =>
  createOfflineEncoder({
    modelDir: process.env.RAE_MODEL_DIR ?? join(tmpdir(), 'rae-models'),
    assertOutsideTransaction: () => {},
  });

/** A corpus with its indexes, and the vectors of its questions. */
export async function loadCorpus(corpus: Corpus, encoder: Embedder) {
  const texts = corpus.documents.map(({ text, speaker }) => indexedText(text, speaker));
  const scopes = buildScopes(corpus, await embedAll(encoder, texts, 'document'), encoder);
  const questions = corpus.questions.map(({ text }) => text);
  return { scopes, vectors: await embedAll(encoder, questions, 'query') };
}
