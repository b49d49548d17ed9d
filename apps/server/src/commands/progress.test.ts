import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { createProgress } from './progress.ts';

/** A stream that keeps what it gets, and a clock that is set. */
function createTarget(isTTY: boolean) {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  const clock = { ms: 0 };
  return { written, clock, target: { stream: Object.assign(stream, { isTTY }), now: () => clock.ms } };
}

describe('progress where there is no terminal', () => {
  test('is a line every 5 s and one at the end', () => {
    const { written, clock, target } = createTarget(false);
    const progress = createProgress('Vectors', 300, target);
    for (const [ms, done] of [
      [1_000, 50],
      [5_000, 100],
      [6_000, 150],
      [10_000, 200],
    ] as const) {
      clock.ms = ms;
      progress.to(done);
    }
    progress.to(300);
    progress.end();
    expect(written).toEqual(['Vectors    100/300\n', 'Vectors    200/300\n', 'Vectors    300/300\n']);
  });

  test('does not say the same twice', () => {
    const { written, clock, target } = createTarget(false);
    const progress = createProgress('Vectors', 300, target);
    for (const ms of [5_000, 10_000, 15_000]) {
      clock.ms = ms;
      progress.to(70);
    }
    progress.end();
    expect(written).toEqual(['Vectors    70/300\n']);
  });
});
