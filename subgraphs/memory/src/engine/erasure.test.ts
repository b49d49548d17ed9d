import { describe, expect, test } from '@jest/globals';
import { ENGLISH, wordTerm } from './analyser.ts';
import { packLex } from './lex.ts';
import { applyDelta, finishLoading, loadRows, loadVectors } from './load.ts';
import { compactIndex, runAll } from './maintain.ts';
import { packId, packRecord, packVector } from './pack-record.ts';
import { createProjectIndex, indexBytes, needsCompaction, needsReload, pendingVectors } from './project-index.ts';

const SECRET = 'Zanzibarquux';
const VECTOR = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 127));

function indexWithSecret() {
  const index = createProjectIndex({ dimensions: 32, scale: 100, languages: null });
  const rows = Array.from({ length: 50 }, (_, i) =>
    packRecord({ mid: i + 1, lex: packLex(`plain words about lakes ${i}`), session: 's', turn: i, user: 'ann' }),
  );
  const secret = packRecord({
    mid: 99,
    lex: packLex(`the ${SECRET} plan`, 'Mallory'),
    session: 'secret-session',
    user: 'mallory',
    speaker: 'Mallory',
    tags: ['secret-tag'],
    source: 'secret-source',
    occurredAt: 1_234_567_890_123,
  });
  runAll(loadRows(index, Buffer.concat([...rows, secret])));
  runAll(loadVectors(index, Buffer.concat([packVector(1, Buffer.alloc(32, 3)), packVector(99, VECTOR)])));
  runAll(finishLoading(index, '1:1:'));
  return index;
}

describe('erasure', () => {
  test('leaves the term, the names, the times and the vector nowhere once the postings are rebuilt', () => {
    const index = indexWithSecret();
    const hash = wordTerm(SECRET.toLowerCase(), ENGLISH);
    const term = index.terms.ids.get(hash);
    expect(term).toBeGreaterThanOrEqual(0);
    applyDelta(index, { snapshot: '2:2:', rows: null, erased: packId(99), vectors: null });
    expect(needsCompaction(index)).toBe(true);
    runAll(compactIndex(index));
    expect(needsCompaction(index)).toBe(false);
    expect(index.terms.ids.get(hash)).toBe(-1);
    expect(index.terms.hashes.includes(hash)).toBe(false);
    const { start, end } = index.postings.block;
    expect(end[term]).toBe(start[term]);
    expect(index.postings.block.slots.includes(50)).toBe(false);
    for (const [names, value] of [
      [index.users, 'mallory'],
      [index.sessions, 'secret-session'],
      [index.sources, 'secret-source'],
      [index.speakers, 'Mallory'],
    ] as const)
      expect(names.find(value)).toBe(-1);
    expect(index.tagSets.matching(['secret-tag'], []).includes(1)).toBe(false);
    expect(index.columns.occurredAt.includes(1_234_567_890_123)).toBe(false);
    expect(Buffer.from(index.vectors?.memory.bytes ?? []).includes(VECTOR)).toBe(false);
  });

  test('of rows that came after loading empties the overlay too', () => {
    const index = indexWithSecret();
    const row = packRecord({ mid: 100, lex: packLex('another xylophone') });
    applyDelta(index, { snapshot: '2:2:', rows: row, erased: null, vectors: null });
    applyDelta(index, { snapshot: '3:3:', rows: null, erased: packId(100), vectors: null });
    runAll(compactIndex(index));
    expect(index.postings.overlays.map(({ lists }) => lists.size)).toEqual([0]);
    expect(index.terms.ids.get(wordTerm('xylophone', ENGLISH))).toBe(-1);
  });

  test('of most rows asks for a reload', () => {
    const index = indexWithSecret();
    const mids = Array.from({ length: 26 }, (_, i) => packId(i + 1));
    applyDelta(index, { snapshot: '2:2:', rows: null, erased: Buffer.concat(mids.slice(1)), vectors: null });
    expect(needsReload(index)).toBe(false);
    applyDelta(index, { snapshot: '3:3:', rows: null, erased: mids[0] ?? null, vectors: null });
    expect(needsReload(index)).toBe(true);
  });

  test('pending vectors are those of rows that are there and in a language the model knows', () => {
    const index = createProjectIndex({ dimensions: 32, scale: 100, languages: ['en'] });
    const rows = ['plain words about the lake', 'Gdzie mieszka Anna?', 'more words about the lake'];
    runAll(loadRows(index, Buffer.concat(rows.map((text, i) => packRecord({ mid: i + 1, lex: packLex(text) })))));
    expect(pendingVectors(index)).toBe(2);
    runAll(loadVectors(index, Buffer.concat([packVector(1, VECTOR), packVector(2, VECTOR)])));
    runAll(finishLoading(index, '1:1:'));
    expect(pendingVectors(index)).toBe(1);
    applyDelta(index, { snapshot: '2:2:', rows: null, erased: packId(3), vectors: null });
    expect(pendingVectors(index)).toBe(0);
  });

  test('bytes count vectors, rows and postings', () => {
    const empty = indexBytes(createProjectIndex({ dimensions: 32, scale: 100, languages: null }));
    expect(indexBytes(indexWithSecret()) - empty).toBeGreaterThan(1_024 * 32 + 50 * 100);
  });
});
