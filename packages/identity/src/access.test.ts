import { describe, expect, jest, test } from '@jest/globals';
import { type Caller, type Context, isPlatformError, ROLES, type Role } from '@rae/kernel';
import { parse } from 'graphql';
import { checkAccess, guardResolvers, readAccess } from './access.ts';

const SCHEMA = parse(`
  directive @access(role: Role!) on FIELD_DEFINITION
  enum Role { READER AGENT OPERATOR ADMIN PLATFORM }
  type Query { memory: String @access(role: READER), keys: String @access(role: ADMIN) }
  extend type Query { overview: String @access(role: PLATFORM) }
  type Mutation { write(text: String): String @access(role: AGENT) }
  type Subscription { written: String @access(role: OPERATOR) }
  type Other { open: String }
`);

const caller = (...roles: Role[]): Caller => ({
  tenantId: '',
  actor: 'key:1',
  roles,
  projectId: null,
  apiKeyId: null,
  agentId: null,
  userId: null,
  sessionId: null,
});

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'done';
  } catch (error) {
    return isPlatformError(error) ? error.code : String(error);
  }
}

describe('readAccess', () => {
  test('reads the role of each root field, those of extensions as well, and of nothing else', () => {
    expect([...readAccess(SCHEMA)]).toEqual([
      ['Query.memory', 'READER'],
      ['Query.keys', 'ADMIN'],
      ['Query.overview', 'PLATFORM'],
      ['Mutation.write', 'AGENT'],
      ['Subscription.written', 'OPERATOR'],
    ]);
  });

  test.each([
    ['no @access', 'type Query { a: String @access(role: READER), b: String }'],
    ['an unknown role', 'type Query { b: String @access(role: ROOT) }'],
    ['a role that is no enum value', 'type Query { b: String @access(role: "READER") }'],
    ['no @access in an extension', 'extend type Query { b: String }'],
  ])('a root field with %s stops the start and is named', (_, sdl) => {
    expect(() => readAccess(parse(sdl))).toThrow('Query.b names no role');
  });
});

describe('checkAccess', () => {
  const rules = readAccess(SCHEMA);
  const allowed = (field: string) =>
    ROLES.filter((role) => codeOf(() => checkAccess(rules, field, caller(role))) === 'done');

  test('each role reaches what a lesser one does, and PLATFORM stands apart', () => {
    expect(allowed('Query.memory')).toEqual(['READER', 'AGENT', 'OPERATOR', 'ADMIN']);
    expect(allowed('Mutation.write')).toEqual(['AGENT', 'OPERATOR', 'ADMIN']);
    expect(allowed('Query.keys')).toEqual(['ADMIN']);
    expect(allowed('Query.overview')).toEqual(['PLATFORM']);
  });

  test('a field without a rule is for PLATFORM alone', () => {
    expect(allowed('Query.forgotten')).toEqual(['PLATFORM']);
  });

  test('the refusal is FORBIDDEN and names the field, the role needed and those held', () => {
    expect(() => checkAccess(rules, 'Query.keys', caller('READER', 'PLATFORM'))).toThrow(
      expect.objectContaining({
        code: 'FORBIDDEN',
        message: 'Query.keys needs the role ADMIN; this credential holds READER, PLATFORM.',
        details: { field: 'Query.keys', needed: 'ADMIN', held: ['READER', 'PLATFORM'] },
      }),
    );
  });
});

describe('guardResolvers', () => {
  const answer = jest.fn((..._asked: unknown[]) => 'done');
  const unguarded = {
    Query: { memory: answer, keys: answer, overview: answer },
    Mutation: { write: answer },
    Subscription: { written: { subscribe: answer, resolve: String } },
    Other: { open: answer },
  };
  const guarded = guardResolvers(SCHEMA, unguarded) as Record<string, Record<string, unknown>>;
  const ask = (type: string, field: string, ...roles: Role[]) => {
    const resolver = guarded[type]?.[field] as CallableFunction & { subscribe?: CallableFunction };
    return codeOf(() =>
      (resolver.subscribe ?? resolver)({}, { text: 'x' }, { caller: caller(...roles) } as Context, {}),
    );
  };

  test('a query, a mutation and a subscription are refused before their resolver runs, and let through with the role', () => {
    const asked = [
      ask('Query', 'keys', 'OPERATOR'),
      ask('Mutation', 'write', 'READER'),
      ask('Subscription', 'written', 'AGENT'),
    ];
    expect(asked).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
    expect(answer).not.toHaveBeenCalled();
    expect([ask('Query', 'keys', 'ADMIN'), ask('Subscription', 'written', 'OPERATOR')]).toEqual(['done', 'done']);
    expect(ask('Mutation', 'write', 'AGENT')).toBe('done');
    expect(answer).toHaveBeenLastCalledWith({}, { text: 'x' }, { caller: caller('AGENT') }, {});
  });

  test('other types and the resolve of a subscription stay as they are', () => {
    expect(guarded.Other).toBe(unguarded.Other);
    expect(guarded.Subscription?.written).toMatchObject({ resolve: String });
  });

  test('a root field without a resolver stops the start and is named', () => {
    const { Mutation: _, ...rest } = unguarded;
    expect(() => guardResolvers(SCHEMA, rest)).toThrow('Mutation.write stands in the schema and has no resolver');
  });
});
