import { describe, expect, test } from '@jest/globals';
import { dedupe, scatter } from './dedupe.ts';

const of = (...ids: string[]) => ids.map((id) => ({ __typename: 'Item', id }));

describe('dedupe', () => {
  test('asks for each of 3 distinct of 5 representations once, in order of first use', () => {
    expect(dedupe(of('a', 'b', 'a', 'c', 'b'))).toEqual({ unique: of('a', 'b', 'c'), positions: [0, 1, 0, 2, 1] });
  });

  test('gives null when all differ', () => {
    expect(dedupe(of('a', 'b'))).toBeNull();
    expect(dedupe([])).toBeNull();
  });
});

describe('scatter', () => {
  test('gives every position the answer of its representation', () => {
    const data = { _entities: [{ n: 1 }, null] };
    expect(scatter({ data }, [0, 1, 0, 1])).toEqual({ data: { _entities: [{ n: 1 }, null, { n: 1 }, null] } });
  });

  test('gives each further position a copy that shares nothing with the first', () => {
    const result = scatter({ data: { _entities: [{ tags: [{ n: 1 }] }] } }, [0, 0]);
    const [first, second] = (result.data?._entities ?? []) as { tags: { n: number }[] }[];
    expect(second).toEqual({ tags: [{ n: 1 }] });
    expect(second?.tags[0]).not.toBe(first?.tags[0]);
  });

  test('tells an error of an entity at each position that it stands at, and other errors once', () => {
    const errors = [{ message: 'e', path: ['_entities', 1, 'price'] }, { message: 'whole' }];
    expect(scatter({ data: { _entities: [{}, {}] }, errors }, [0, 1, 1]).errors).toEqual([
      { message: 'e', path: ['_entities', 1, 'price'] },
      { message: 'e', path: ['_entities', 2, 'price'] },
      { message: 'whole' },
    ]);
  });

  test('leaves an answer without entities as it is', () => {
    expect(scatter({ errors: [{ message: 'e' }] }, [0, 0])).toEqual({ errors: [{ message: 'e' }] });
  });
});
