import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { SearchHit } from '@rae/sdk';
import { fit, formatHit, formatSignal, originOf } from './print-hits.ts';

describe('fitting a text into a width', () => {
  test('a text of the width stays, and a longer one ends in … at the width', () => {
    expect(fit('twelve chars', 12)).toBe('twelve chars');
    expect(fit('thirteen char', 12)).toBe('thirteen ch…');
    expect(fit('ten chars. more', 11)).toBe('ten chars.…');
  });

  test('line ends become spaces, and no character is cut apart', () => {
    expect(fit('one\n\n two ', 20)).toBe('one two');
    expect(fit('🎉🎉🎉🎉', 3)).toBe('🎉🎉…');
  });
});

test('a memory is told by who said it and when, or by where it stands', () => {
  const said = { speaker: 'Marta', source: 'talk.jsonl', occurredAt: '2026-02-03T08:19:00.000Z' };
  expect(originOf(said)).toBe('Marta, 2026-02-03 08:19');
  expect(originOf({ ...said, speaker: null })).toBe('talk.jsonl');
  expect(originOf({ ...said, speaker: null, source: null })).toBe('somebody, 2026-02-03 08:19');
});

const SIGNALS: SearchHit['signals'] = [
  { signal: 'LEXICAL', rank: 1, rawScore: 12.314, contribution: 0.605 },
  { signal: 'VECTOR', rank: null, rawScore: 0, contribution: -0.049 },
];

test('signals of one hit and the next stand on the same columns, and a share against the hit has its sign', () => {
  expect(SIGNALS.map(formatSignal)).toEqual(['LEXICAL   #1  12.31 → +0.60', 'VECTOR     –   0.00 → −0.05']);
  const widths = [1, 12, 200].map(
    (rank) => formatSignal({ signal: 'VECTOR', rank, rawScore: 3, contribution: 0 }).length,
  );
  expect(new Set(widths).size).toBe(1);
});

test('a hit is three lines: place, score and origin; the text within the width; its signals', () => {
  const memory = {
    speaker: 'Tom',
    source: null,
    occurredAt: '2026-02-03T08:33:00.000Z',
    content: 'walnuts '.repeat(20),
  };
  const hit = { score: 0.5555, memory, signals: SIGNALS } as unknown as SearchHit;
  const [head, text = '', signals] = stripVTControlCharacters(formatHit(hit, 2, 60)).split('\n');
  expect(head).toBe('  2  0.56  Tom, 2026-02-03 08:33');
  expect([...text]).toHaveLength(60);
  expect(text).toMatch(/^ {5}walnuts .*…$/);
  expect(signals).toBe('     LEXICAL   #1  12.31 → +0.60   VECTOR     –   0.00 → −0.05');
});
