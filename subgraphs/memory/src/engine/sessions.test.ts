import { expect, test } from '@jest/globals';
import { packLex } from './lex.ts';
import { loadRows } from './load.ts';
import { runAll } from './maintain.ts';
import { packRecord } from './pack-record.ts';
import { createProjectIndex, type ProjectIndex } from './project-index.ts';
import { createChance } from './random.fixture.ts';
import { eraseRow } from './rows.ts';

function chainOf(index: ProjectIndex, session: string): number[] {
  const { columns, chains, sessions } = index;
  const mids: number[] = [];
  for (let slot = chains.last[sessions.find(session)] ?? -1; slot >= 0; slot = columns.previous[slot] ?? -1)
    mids.unshift(columns.mid[slot] ?? 0);
  return mids;
}

test('turns that arrive in any order, and with equal turn numbers, stand in the order of turn and then id', () => {
  const chance = createChance(3);
  const rows = Array.from({ length: 200 }, (_, i) => ({ mid: i + 1, turn: chance.below(50), session: 's' }));
  const shuffled = rows.map((row) => ({ row, at: chance.next() })).sort((a, b) => a.at - b.at);
  const index = createProjectIndex(null);
  const lex = packLex('hello');
  runAll(loadRows(index, Buffer.concat(shuffled.map(({ row }) => packRecord({ ...row, lex })))));
  const wanted = [...rows].sort((a, b) => a.turn - b.turn || a.mid - b.mid).map(({ mid }) => mid);
  expect(chainOf(index, 's')).toEqual(wanted);
  for (const mid of [wanted[0], wanted[57], wanted[199]]) eraseRow(index, mid ?? 0);
  expect(chainOf(index, 's')).toEqual(wanted.filter((_, i) => i !== 0 && i !== 57 && i !== 199));
});

test('chunks of documents stand in no chain, though they have a session', () => {
  const index = createProjectIndex(null);
  const rows = [1, 2, 3].map((mid) => ({ mid, session: 's', lex: packLex('a'), document: mid === 2 ? 'd' : null }));
  runAll(loadRows(index, Buffer.concat(rows.map(packRecord))));
  expect(chainOf(index, 's')).toEqual([1, 3]);
});
