import { ANALYSERS } from './analyser.ts';
import { type Columns, columnBytes, createColumns } from './columns.ts';
import { createForwardStore, type ForwardStore, forwardBytes } from './forward-store.ts';
import { createInterner, type Interner } from './interner.ts';
import { LANGUAGES } from './language.ts';
import { createNumberTable, type NumberTable } from './number-table.ts';
import { createPostings, overlayCount, type Postings, postingBytes } from './postings.ts';
import { createScratch, type Scratch } from './scratch.ts';
import { chainBytes, createSessionChains, type SessionChains } from './sessions.ts';
import { createTagSets, type TagSets } from './tag-sets.ts';
import { createTermTable, type TermTable, termTableBytes } from './term-table.ts';
import { createVectorStore, type VectorStore, vectorBytes } from './vectors.ts';

/** The encoder whose vectors an index holds. Vectors of another encoder must not be given to it. */
export interface IndexedModel {
  readonly dimensions: number;
  /** A vector's number times this is its int8: see `quantisationScale`. */
  readonly scale: number;
  /** ISO 639-1 codes it knows, null = all. Rows and questions in other languages have no cosine. */
  readonly languages: readonly string[] | null;
}

/** Rows of one analyser. */
export interface LanguageTotals {
  /** Of any status. */
  held: number;
  /** ACTIVE ones, and the words in them. */
  rows: number;
  words: number;
}

/** True when cosines of texts in this language mean something; a text without letters (`und`) is taken for any language. */
export const knowsLanguage = (model: IndexedModel | null, language: string): boolean =>
  model !== null && (model.languages === null || language === 'und' || model.languages.includes(language));

/** The search index of one project: plain data, changed by load.ts, apply.ts and maintain.ts, read by search.ts. */
export interface ProjectIndex {
  readonly model: IndexedModel | null;
  /** What the index has seen, as pg_current_snapshot(); '' before it is loaded. */
  snapshot: string;
  readonly columns: Columns;
  readonly slots: NumberTable;
  /** Ids erased before the index ever saw them. */
  readonly erasedUnseen: NumberTable;
  readonly terms: TermTable;
  readonly forward: ForwardStore;
  readonly postings: Postings;
  readonly chains: SessionChains;
  readonly sessions: Interner;
  readonly speakers: Interner;
  readonly sources: Interner;
  readonly users: Interner;
  readonly agents: Interner;
  readonly documents: Interner;
  readonly collections: Interner;
  readonly tagSets: TagSets;
  readonly vectors: VectorStore | null;
  /** 1 for each language (place in LANGUAGES) that the model knows: rows in others get no vector. */
  readonly modelLanguages: Uint8Array;
  /** By analyser. */
  readonly totals: readonly LanguageTotals[];
  activeRows: number;
  /** Rows, not erased, in a language that the model knows: with a vector each, nothing is pending. */
  embeddableRows: number;
  erasedRows: number;
  /** Some row has had an end: only then does a search look at the time. */
  mayExpire: boolean;
  /** Rows erased since the postings were last built: their terms may still stand there. */
  erasedSinceBuild: number;
  readonly scratch: Scratch;
}

/**
 * An empty index. `expectedRows` saves growing while it is loaded.
 *
 * @param keepsVectors false: it knows which rows have one, and each search is brought those that it needs
 * @param scratch its own when left out; shared by indexes that are not searched at the same instant
 */
export function createProjectIndex(
  model: IndexedModel | null,
  expectedRows = 0,
  keepsVectors = true,
  scratch = createScratch(),
): ProjectIndex {
  return {
    model,
    snapshot: '',
    columns: createColumns(expectedRows),
    slots: createNumberTable(expectedRows),
    erasedUnseen: createNumberTable(),
    terms: createTermTable(0),
    forward: createForwardStore(),
    postings: createPostings(),
    chains: createSessionChains(),
    sessions: createInterner(),
    speakers: createInterner(),
    sources: createInterner(),
    users: createInterner(),
    agents: createInterner(),
    documents: createInterner(),
    collections: createInterner(),
    tagSets: createTagSets(),
    vectors: model ? createVectorStore(model.dimensions, keepsVectors) : null,
    modelLanguages: Uint8Array.from(LANGUAGES, (language) => (knowsLanguage(model, language) ? 1 : 0)),
    totals: ANALYSERS.map(() => ({ held: 0, rows: 0, words: 0 })),
    activeRows: 0,
    embeddableRows: 0,
    erasedRows: 0,
    mayExpire: false,
    erasedSinceBuild: 0,
    scratch,
  };
}

/**
 * Bytes that the index holds, vectors included and its scratch left out: what a least-recently-used limit counts. Strings and tables
 * are estimated.
 */
export function indexBytes(index: ProjectIndex): number {
  const tables = [index.slots, index.erasedUnseen, index.tagSets, index.sessions, index.speakers, index.sources];
  const interners = [index.users, index.agents, index.documents, index.collections];
  return (
    [...tables, ...interners].reduce((sum, part) => sum + part.bytes(), 0) +
    columnBytes(index.columns) +
    termTableBytes(index.terms) +
    forwardBytes(index.forward) +
    postingBytes(index.postings) +
    chainBytes(index.chains) +
    (index.vectors ? vectorBytes(index.vectors) : 0)
  );
}

/** Rows that still wait for their vector; those in languages that the model does not know never get one and do not count. */
export const pendingVectors = (index: ProjectIndex): number =>
  index.vectors ? index.embeddableRows - index.vectors.count : 0;

/** Postings in the overlay from which on they are merged into the block. */
export const MERGE_AT = 50_000;

/** True when `compactIndex` has something to do: terms of erased rows, or an overlay that slows searches. */
export const needsCompaction = (index: ProjectIndex): boolean =>
  index.erasedSinceBuild > 0 || overlayCount(index.postings) > MERGE_AT;

/** True when more than half of the slots are erased rows: loading the index anew gives the memory back. */
export const needsReload = (index: ProjectIndex): boolean => index.erasedRows * 2 > index.columns.count;
