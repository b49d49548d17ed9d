import { describe, expect, test } from '@jest/globals';
import { corpusIdOf, type MemoryToLoad, planLoad, toBatches } from './load-memories.ts';

const item = (id: string, content = id): MemoryToLoad => ({ id, input: { content, metadata: { topic: 'x' } } });

describe('batches', () => {
  test('250 memories go in batches of 100, 100 and 50, in their order', () => {
    const items = Array.from({ length: 250 }, (_, at) => item(`d${at}`));
    const batches = toBatches('p1', items);
    expect(batches.map(({ inputs }) => inputs.length)).toEqual([100, 100, 50]);
    expect(batches.flatMap(({ inputs }) => inputs.map(({ content }) => content))).toEqual(items.map(({ id }) => id));
    expect(new Set(batches.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
    expect(toBatches('p1', [])).toEqual([]);
  });

  test('the same batch has the same idempotencyKey; another text, id or project another one', () => {
    const keyOf = (project: string, ...items: readonly MemoryToLoad[]) => toBatches(project, items)[0]?.idempotencyKey;
    const key = keyOf('p1', item('d1', 'a'));
    expect(keyOf('p1', item('d1', 'a'))).toBe(key);
    const others = [keyOf('p1', item('d1', 'b')), keyOf('p1', item('d2', 'a')), keyOf('p2', item('d1', 'a'))];
    expect(new Set([key, ...others]).size).toBe(4);
  });

  test('each memory names the project, and its own id beside the metadata that it has', () => {
    const [batch] = toBatches('p1', [item('d1')]);
    expect(batch?.inputs[0]).toMatchObject({ projectId: 'p1', metadata: { topic: 'x', corpusId: 'd1' } });
  });
});

describe('finding out what is missing', () => {
  const written = (...items: readonly MemoryToLoad[]) =>
    toBatches('p1', items).flatMap(({ inputs }) => inputs.map(({ metadata }, at) => ({ id: `m${at + 1}`, metadata })));

  test('what was written is present, and the rest is missing in its order', () => {
    const plan = planLoad([item('d1'), item('d2'), item('d3')], written(item('d2')));
    expect(plan).toEqual({ missing: [item('d1'), item('d3')], present: 1, foreign: [] });
  });

  test('another text under the same id is missing, and the old one is foreign, as is an id that is gone', () => {
    const plan = planLoad([item('d1', 'new')], written(item('d1', 'old'), item('d0')));
    expect(plan).toEqual({ missing: [item('d1', 'new')], present: 0, foreign: ['m1', 'm2'] });
  });

  test('of a memory that is there twice the second is foreign', () => {
    const plan = planLoad([item('d1')], written(item('d1'), item('d1')));
    expect(plan).toEqual({ missing: [], present: 1, foreign: ['m2'] });
  });

  test('memories that were not loaded from a corpus count as nothing', () => {
    const own = [{}, { corpusId: 7 }, null, ['x']].map((metadata, at) => ({ id: `m${at}`, metadata }));
    expect(planLoad([item('d1')], own)).toEqual({ missing: [item('d1')], present: 0, foreign: [] });
    expect(corpusIdOf({ metadata: { corpusId: 'd1' } })).toBe('d1');
  });
});
