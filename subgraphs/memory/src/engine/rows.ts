import { analyserOf } from './analyser.ts';
import { STATUSES } from './codes.ts';
import { takeSlot } from './columns.ts';
import { chunkOf, offsetOf, takeEntries, wipeEntries } from './forward-store.ts';
import { LANGUAGES } from './language.ts';
import { lexFrequency, lexTerm, readLexHead } from './lex.ts';
import { addPosting } from './postings.ts';
import type { ProjectIndex } from './project-index.ts';
import type { RowRecord } from './record.ts';
import { linkRow, unlinkRow } from './sessions.ts';
import { termId } from './term-table.ts';
import { wipeVector } from './vectors.ts';

const ERASED = 0;

/**
 * Puts a row into the index, or overwrites what may change of one that is there: everything but its session, turn, document
 * and terms. A row that was erased, or is there in this version or a later one, changes nothing. Returns the terms added.
 */
export function putRow(index: ProjectIndex, row: RowRecord, pack: Buffer): number {
  const slot = index.slots.get(row.mid);
  if (slot < 0) return index.erasedUnseen.get(row.mid) < 0 ? addRow(index, row, pack) : 0;
  if (index.columns.status[slot] === ERASED || row.version <= (index.columns.version[slot] ?? 0)) return 0;
  const wasActive = index.columns.active[slot] === 1;
  releaseNames(index, slot);
  writeColumns(index, slot, row);
  const isActive = index.columns.active[slot] === 1;
  if (wasActive !== isActive) countTerms(index, slot, isActive ? 1 : -1);
  return 0;
}

/** Takes a row out for good: its names, terms and vector are overwritten, and no later delta brings it back. */
export function eraseRow(index: ProjectIndex, mid: number): void {
  const slot = index.slots.get(mid);
  if (slot < 0) {
    index.erasedUnseen.set(mid, 1);
    return;
  }
  const { columns } = index;
  if (columns.status[slot] === ERASED) return;
  if (columns.active[slot] === 1) countTerms(index, slot, -1);
  forgetTerms(index, slot);
  unlinkRow(index.chains, columns, slot);
  releaseNames(index, slot);
  index.sessions.release(columns.session[slot] ?? 0);
  index.documents.release(columns.document[slot] ?? 0);
  countHeld(index, slot, -1);
  blankColumns(index, slot);
  if (index.vectors) wipeVector(index.vectors, slot);
  index.erasedRows++;
  index.erasedSinceBuild++;
}

function addRow(index: ProjectIndex, row: RowRecord, pack: Buffer): number {
  const { columns } = index;
  const slot = takeSlot(columns);
  const lex = readLexHead(pack, row.lexAt);
  index.slots.set(row.mid, slot);
  columns.mid[slot] = row.mid;
  columns.turn[slot] = row.turn;
  columns.session[slot] = index.sessions.acquire(row.session);
  columns.document[slot] = index.documents.acquire(row.document);
  columns.language[slot] = lex.language;
  columns.analyser[slot] = analyserOf(LANGUAGES[lex.language] ?? 'und');
  columns.flags[slot] = lex.flags;
  columns.length[slot] = lex.length;
  writeColumns(index, slot, row);
  linkRow(index.chains, columns, slot);
  addTerms(index, slot, pack, row.lexAt, lex.terms);
  countHeld(index, slot, 1);
  if (columns.active[slot] === 1) countTerms(index, slot, 1);
  return lex.terms;
}

function countHeld(index: ProjectIndex, slot: number, by: 1 | -1): void {
  const { analyser, language } = index.columns;
  const totals = index.totals[analyser[slot] ?? 0];
  if (totals) totals.held += by;
  index.embeddableRows += by * (index.modelLanguages[language[slot] ?? 0] ?? 0);
}

function addTerms(index: ProjectIndex, slot: number, pack: Buffer, lexAt: number, count: number): void {
  const { columns, forward, terms, postings } = index;
  const place = takeEntries(forward, count);
  columns.firstTerm[slot] = place;
  columns.terms[slot] = count;
  const ids = forward.terms[chunkOf(place)];
  const frequencies = forward.frequencies[chunkOf(place)];
  if (!ids || !frequencies) return;
  const from = offsetOf(place);
  for (let i = 0; i < count; i++) {
    const id = termId(terms, lexTerm(pack, lexAt, i));
    const frequency = lexFrequency(pack, lexAt, i);
    ids[from + i] = id;
    frequencies[from + i] = frequency;
    terms.rows[id] = (terms.rows[id] ?? 0) + 1;
    if (postings.built) addPosting(postings, id, slot, frequency);
  }
}

// The row enters (1) or leaves (-1) what BM25 counts: rows, words, and rows of each term, of ACTIVE memories alone.
function countTerms(index: ProjectIndex, slot: number, by: 1 | -1): void {
  const { columns, terms } = index;
  const totals = index.totals[columns.analyser[slot] ?? 0];
  if (totals) {
    totals.rows += by;
    totals.words += by * (columns.length[slot] ?? 0);
  }
  index.activeRows += by;
  eachTerm(index, slot, (id) => {
    terms.active[id] = (terms.active[id] ?? 0) + by;
  });
}

function forgetTerms(index: ProjectIndex, slot: number): void {
  const { columns, terms, forward } = index;
  eachTerm(index, slot, (id) => {
    terms.rows[id] = (terms.rows[id] ?? 0) - 1;
  });
  wipeEntries(forward, columns.firstTerm[slot] ?? 0, columns.terms[slot] ?? 0);
  columns.terms[slot] = 0;
}

/** Calls back for each distinct term of a row, character grams included. */
export function eachTerm(index: ProjectIndex, slot: number, visit: (id: number, frequency: number) => void): void {
  const place = index.columns.firstTerm[slot] ?? 0;
  const count = index.columns.terms[slot] ?? 0;
  const ids = index.forward.terms[chunkOf(place)];
  const frequencies = index.forward.frequencies[chunkOf(place)];
  if (!ids || !frequencies) return;
  const from = offsetOf(place);
  for (let i = from; i < from + count; i++) visit(ids[i] ?? 0, frequencies[i] ?? 0);
}

function writeColumns(index: ProjectIndex, slot: number, row: RowRecord): void {
  const { columns } = index;
  columns.version[slot] = row.version;
  columns.status[slot] = row.status;
  columns.active[slot] = row.status === STATUSES.ACTIVE ? 1 : 0;
  columns.layer[slot] = row.layer;
  columns.role[slot] = row.role;
  columns.importance[slot] = row.importance;
  columns.occurredAt[slot] = row.occurredAt;
  columns.validFrom[slot] = row.validFrom;
  columns.validTo[slot] = row.validTo;
  columns.createdAt[slot] = row.createdAt;
  columns.supersededAt[slot] = row.supersededAt;
  columns.archivedAt[slot] = row.archivedAt;
  columns.expiresAt[slot] = row.expiresAt;
  if (Number.isFinite(row.expiresAt)) index.mayExpire = true;
  columns.speaker[slot] = index.speakers.acquire(row.speaker);
  columns.source[slot] = index.sources.acquire(row.source);
  columns.user[slot] = index.users.acquire(row.user);
  columns.agent[slot] = index.agents.acquire(row.agent);
  columns.collection[slot] = index.collections.acquire(row.collection);
  columns.tags[slot] = index.tagSets.acquire(row.tags);
}

function releaseNames(index: ProjectIndex, slot: number): void {
  const { columns } = index;
  index.speakers.release(columns.speaker[slot] ?? 0);
  index.sources.release(columns.source[slot] ?? 0);
  index.users.release(columns.user[slot] ?? 0);
  index.agents.release(columns.agent[slot] ?? 0);
  index.collections.release(columns.collection[slot] ?? 0);
  index.tagSets.release(columns.tags[slot] ?? 0);
}

// The id stays, so that a late delta finds the slot erased; all else that came from the row goes.
function blankColumns(index: ProjectIndex, slot: number): void {
  const { columns } = index;
  const numbers = [columns.session, columns.turn, columns.speaker, columns.source, columns.user, columns.agent];
  const more = [columns.document, columns.collection, columns.tags];
  for (const column of [...numbers, ...more]) column[slot] = 0;
  for (const column of [columns.status, columns.active, columns.layer, columns.role, columns.language, columns.flags])
    column[slot] = ERASED;
  for (const column of [columns.occurredAt, columns.validFrom, columns.validTo, columns.createdAt]) column[slot] = 0;
  columns.supersededAt[slot] = 0;
  columns.archivedAt[slot] = 0;
  columns.expiresAt[slot] = 0;
  columns.length[slot] = 0;
  columns.importance[slot] = 0;
}
