import { describe, expect, test } from '@jest/globals';
import { isPlatformError } from '@rae/kernel';
import { GraphQLError, getIntrospectionQuery } from 'graphql';
import { checkVariables, DEFAULT_QUERY_LIMITS, parseWithin } from './limits.ts';

function refusalOf(query: string): unknown {
  try {
    parseWithin(query, DEFAULT_QUERY_LIMITS);
    return 'accepted';
  } catch (error) {
    if (isPlatformError(error)) return { code: error.code, ...error.details };
    return error instanceof GraphQLError ? error.message : error;
  }
}

const refused = (what: string, limit: number, given: number) => ({ code: 'QUERY_TOO_COMPLEX', what, limit, given });
const times = (n: number, text: (i: number) => string) => Array.from({ length: n }, (_, i) => text(i)).join(' ');
const nested = (depth: number) => `${'{a'.repeat(depth)}${'}'.repeat(depth)}`;

describe('parseWithin', () => {
  test('takes 12 levels of fields and refuses 13 and 50', () => {
    expect(refusalOf(nested(12))).toBe('accepted');
    expect(refusalOf(nested(13))).toEqual(refused('depth', 12, 13));
    expect(refusalOf(nested(50))).toEqual(refused('depth', 12, 50));
  });

  test('takes 64 aliases and refuses 65, of __typename as well', () => {
    expect(refusalOf(`{a{${times(64, (i) => `x${i}:__typename`)}}}`)).toBe('accepted');
    expect(refusalOf(`{a{${times(65, (i) => `x${i}:__typename`)}}}`)).toEqual(refused('aliases', 64, 65));
  });

  test('takes 64 directives and refuses 65, those of the operation and of fragments counted', () => {
    expect(refusalOf(`{a ${'@d '.repeat(64)}}`)).toBe('accepted');
    expect(refusalOf(`query Q @d {a ${'@d '.repeat(64)}}`)).toEqual(refused('directives', 64, 65));
    expect(refusalOf(`{...F @d} fragment F on Q @d {a ${'@d '.repeat(63)}}`)).toEqual(refused('directives', 64, 65));
  });

  test('takes 32 root fields and refuses 33, wherever they stand', () => {
    expect(refusalOf(`{${times(32, (i) => `f${i}`)}}`)).toBe('accepted');
    expect(
      refusalOf(`{${times(16, (i) => `f${i}`)} ...{${times(16, (i) => `g${i}`)}} ...F} fragment F on Q {h}`),
    ).toEqual(refused('rootFields', 32, 33));
  });

  test('takes 4 000 tokens and refuses 4 001 without reading on', () => {
    expect(refusalOf(`{a{${'b '.repeat(3_995)}}}`)).toEqual(refused('fields', 2_000, 3_996));
    expect(refusalOf(`{a{${'b '.repeat(3_996)}}}`)).toEqual(refused('tokens', 4_000, 4_001));
    expect(refusalOf(`{a{${'b '.repeat(100_000)}`)).toEqual(refused('tokens', 4_000, 4_001));
  });

  test('counts a fragment as often as it is spread: 12 levels of 2 spreads are 4 096 leaves', () => {
    const fragments = times(11, (i) => `fragment F${i} on Q {b{...F${i + 1}} c{...F${i + 1}}}`);
    expect(refusalOf(`{...F0} ${fragments} fragment F11 on Q {x}`)).toMatchObject({ what: 'fields', limit: 2_000 });
  });

  test('measures 180 levels of doubled spreads in an instant, since each fragment is measured once', () => {
    const fragments = times(180, (i) => `fragment F${i} on Q {...F${i + 1} ...F${i + 1}}`);
    expect(refusalOf(`{...F0} ${fragments} fragment F180 on Q {x:y}`)).toMatchObject({ what: 'aliases', limit: 64 });
  });

  test('refuses a circle of 2 and of 300 fragments by name instead of overflowing the stack', () => {
    expect(refusalOf('{...A} fragment A on Q {...B} fragment B on Q {a{...A}}')).toEqual({
      code: 'BAD_USER_INPUT',
      field: 'query',
      fragment: 'A',
    });
    expect(() => parseWithin('{...A} fragment A on Q {...B} fragment B on Q {...A}', DEFAULT_QUERY_LIMITS)).toThrow(
      'query: fragment A is spread within itself via B',
    );
    const circle = times(300, (i) => `fragment F${i} on Q {a{...F${(i + 1) % 300}}}`);
    expect(refusalOf(`{...F0} ${circle}`)).toMatchObject({ code: 'BAD_USER_INPUT', fragment: 'F0' });
  });

  test('refuses an unused fragment that is too large, which validation would look at as well', () => {
    expect(refusalOf(`{a} fragment F on Q ${nested(20)}`)).toEqual(refused('depth', 12, 20));
  });

  test('refuses a literal of 65 nested lists and one of 3 900, which overflows the parser', () => {
    expect(refusalOf(`{a(x:${'['.repeat(64)}${']'.repeat(64)})}`)).toBe('accepted');
    expect(refusalOf(`{a(x:${'['.repeat(65)}${']'.repeat(65)})}`)).toEqual(refused('inputDepth', 64, 65));
    expect(refusalOf(`{a(x:${'['.repeat(3_900)}`)).toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  });

  test("takes graphql-js' introspection query, and does not let __type hide a deep query", () => {
    expect(refusalOf(getIntrospectionQuery())).toBe('accepted');
    expect(refusalOf(`{__schema ${nested(20)}}`)).toMatchObject({ what: 'depth' });
  });

  test('leaves a syntax error to be one, with its place', () => {
    expect(refusalOf('{a')).toBe('Syntax Error: Expected Name, found <EOF>.');
  });
});

describe('checkVariables', () => {
  const nest = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

  test('takes a variable of 64 nested lists and refuses one of 65 and of a million', () => {
    expect(() => checkVariables({ v: nest(64) }, DEFAULT_QUERY_LIMITS)).not.toThrow();
    expect(() => checkVariables({ v: nest(65) }, DEFAULT_QUERY_LIMITS)).toThrow(
      'The operation has 65 levels of lists and objects in a value; at most 64 are allowed.',
    );
    expect(() => checkVariables({ v: nest(1_000_000) }, DEFAULT_QUERY_LIMITS)).toThrow('at most 64');
  });

  test('takes no variables at all', () => {
    expect(() => checkVariables(undefined, DEFAULT_QUERY_LIMITS)).not.toThrow();
  });
});
