import { describe, expect, test } from '@jest/globals';
import { placeErrors } from './place-errors.ts';

const errors = [{ message: 'away' }];
const pathsOf = (request: Parameters<typeof placeErrors>[0]) =>
  placeErrors(request, { errors }).errors?.map((error) => error.path);

describe('placeErrors', () => {
  test('puts an error of a root fetch at each of its response keys', () => {
    expect(pathsOf({ query: 'query Q__items__0{a:items{id} item(id:1){id} __typename}' })).toEqual([['a'], ['item']]);
  });

  test('puts an error of an entity fetch at each entity and each field of its type', () => {
    const query =
      'query($representations:[_Any!]!){_entities(representations:$representations){...on Item{price} ...on Owner{name n:name}}}';
    const representations = [{ __typename: 'Item' }, { __typename: 'Owner' }];
    expect(pathsOf({ query, variables: { representations } })).toEqual([
      ['_entities', 0, 'price'],
      ['_entities', 1, 'name'],
      ['_entities', 1, 'n'],
    ]);
  });

  test('says it at most 100 times', () => {
    const query = 'query($representations:[_Any!]!){_entities(representations:$representations){...on Item{price}}}';
    const representations = Array.from({ length: 500 }, () => ({ __typename: 'Item' }));
    expect(pathsOf({ query, variables: { representations } })).toHaveLength(100);
  });

  test('leaves errors that have a path, and answers with data, as they are', () => {
    const placed = { errors: [{ message: 'e', path: ['items', 1] }] };
    expect(placeErrors({ query: '{items{id}}' }, placed)).toEqual(placed);
    const partial = { data: { items: [] }, errors };
    expect(placeErrors({ query: '{items{id}}' }, partial)).toBe(partial);
  });
});
