import { describe, expect, test } from '@jest/globals';
import { isPlatformError, type Role } from '@rae/kernel';
import { getOperationAST, parse } from 'graphql';
import { checkAccess, readAccess } from './access.ts';
import { callerOf, composeToys } from './testing/toy-gateway.ts';
import { ITEMS_SDL } from './testing/toy-schemas.ts';

const rules = readAccess(composeToys());

function refusal(query: string, roles: readonly Role[], variables: Record<string, unknown> = {}): unknown {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  try {
    checkAccess(rules, document, operation, variables, callerOf('key:k', roles));
    return null;
  } catch (error) {
    return isPlatformError(error) ? { code: error.code, ...error.details } : error;
  }
}

describe('readAccess', () => {
  test('reads the role of every root field of a composed supergraph', () => {
    expect(Object.fromEntries(rules)).toMatchObject({
      'Query.items': 'READER',
      'Query.secretItems': 'ADMIN',
      'Query.owner': 'READER',
      'Mutation.addItem': 'AGENT',
      'Subscription.forever': 'ADMIN',
    });
  });

  test('throws the name of a root field without a role', () => {
    const sdl = composeToys(ITEMS_SDL.replace('): Item @access(role: READER)', '): Item'));
    expect(() => readAccess(sdl)).toThrow('Query.item names no role');
  });
});

describe('checkAccess', () => {
  test('refuses a field beyond the roles, naming the field, the role it needs and those held', () => {
    expect(refusal('{ secretItems { id } }', ['READER', 'AGENT'])).toEqual({
      code: 'FORBIDDEN',
      field: 'Query.secretItems',
      needed: 'ADMIN',
      held: ['READER', 'AGENT'],
    });
  });

  test('lets a higher role do what a lower one may', () => {
    expect(refusal('mutation { addItem(name: "a") { id } }', ['ADMIN'])).toBeNull();
    expect(refusal('mutation { addItem(name: "a") { id } }', ['READER'])).toMatchObject({ needed: 'AGENT' });
  });

  test.each([
    ['an alias', '{ items: secretItems { id } }'],
    ['a fragment', '{ ...F } fragment F on Query { ...G } fragment G on Query { secretItems { id } }'],
    ['an inline fragment', '{ ... on Query { items { id } ... { secretItems { id } } } }'],
  ])('finds a field behind %s', (_, query) => {
    expect(refusal(query, ['READER'])).toMatchObject({ field: 'Query.secretItems' });
  });

  test('counts a field that @include or @skip leaves out as not asked for', () => {
    const query = 'query ($all: Boolean!) { items { id } secretItems @include(if: $all) { id } }';
    expect(refusal(query, ['READER'], { all: false })).toBeNull();
    expect(refusal(query, ['READER'], { all: true })).toMatchObject({ code: 'FORBIDDEN' });
    expect(
      refusal('{ items { id } ...F @skip(if: true) } fragment F on Query { secretItems { id } }', ['READER']),
    ).toBeNull();
  });

  test('asks no role for __typename and introspection', () => {
    expect(refusal('{ __typename __schema { types { name } } }', [])).toBeNull();
  });

  test('refuses every field to a caller without roles', () => {
    expect(refusal('{ items { id } }', [])).toMatchObject({ needed: 'READER', held: [] });
  });
});
