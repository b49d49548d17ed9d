import { buildBlock, createOverlay } from './postings.ts';
import type { ProjectIndex } from './project-index.ts';
import { forgetUnused } from './term-table.ts';

const TERMS_A_SLICE = 100_000;

/**
 * Builds the postings anew from the rows that are there, in slices of a few milliseconds; between them the index may be
 * searched and changed. Merges the overlay, leaves no posting of a row erased before it began, and forgets terms that no
 * row holds any more. One at a time for an index. Also the last step of loading.
 */
export function* compactIndex(index: ProjectIndex): Generator<void, void> {
  const { postings, columns, terms } = index;
  const erasedBefore = index.erasedSinceBuild;
  const overlay = createOverlay();
  postings.overlays.push(overlay);
  postings.built = true;
  postings.block = yield* buildBlock(index.forward, columns, columns.count, terms.count);
  postings.overlays = [overlay];
  index.erasedSinceBuild -= erasedBefore;
  yield;
  for (let id = 0; id < terms.count; id += TERMS_A_SLICE) {
    forgetUnused(terms, id, Math.min(terms.count, id + TERMS_A_SLICE));
    yield;
  }
}

/** Runs all slices of a generator at once and returns its result: for tests, commands and small indexes. */
export function runAll<T>(slices: Generator<unknown, T>): T {
  for (;;) {
    const step = slices.next();
    if (step.done) return step.value;
  }
}
