import { describe, expect, test } from '@jest/globals';
import { type Caller, isPlatformError, type Role, uuidv7 } from '@rae/kernel';
import { type Binding, checkProjectId, checkUnbound, chooseBinding, chooseRoles, isWithin } from './binding.ts';

const [MINE, OTHER] = [uuidv7(), uuidv7()];
const NONE: Binding = { projectId: null, agentId: null, userId: null };

const caller = (binding: Partial<Binding>, roles: Role[] = ['ADMIN']): Caller => ({
  ...NONE,
  tenantId: uuidv7(),
  actor: 'key:1',
  roles,
  apiKeyId: null,
  sessionId: null,
  ...binding,
});

const refusalOf = (work: () => unknown): string => {
  try {
    return `accepted ${JSON.stringify(work())}`;
  } catch (error) {
    return isPlatformError(error) ? `${error.code}: ${error.message}` : String(error);
  }
};

describe('checkUnbound', () => {
  test('lets a caller through that is bound to nothing, and names what another is bound to', () => {
    expect(refusalOf(() => checkUnbound(caller({}), 'createProject'))).toContain('accepted');
    expect(refusalOf(() => checkUnbound(caller({ projectId: MINE, userId: 'u' }), 'createProject'))).toBe(
      'FORBIDDEN: createProject wants a key of the whole tenant; this one is bound to projectId, userId.',
    );
    expect(refusalOf(() => checkUnbound(caller({ agentId: '' }), 'createProject'))).toContain('bound to agentId');
  });
});

describe('checkProjectId', () => {
  test('gives the id as the database writes it', () => {
    expect(checkProjectId(caller({ projectId: MINE }), MINE.toUpperCase(), 'id')).toBe(MINE);
    expect(checkProjectId(caller({}), OTHER, 'id')).toBe(OTHER);
  });

  test('is NOT_FOUND for another project than the caller’s, and BAD_USER_INPUT for what is no UUID', () => {
    expect(refusalOf(() => checkProjectId(caller({ projectId: MINE }), OTHER, 'id'))).toBe(
      `NOT_FOUND: There is no project with the id ${OTHER}.`,
    );
    for (const id of ['', 'x', `${MINE}x`, `{${MINE}}`])
      expect(refusalOf(() => checkProjectId(caller({}), id, 'id'))).toContain('BAD_USER_INPUT: id: must be a UUID');
  });
});

describe('chooseBinding', () => {
  test('of a caller that is bound to nothing is what is asked for', () => {
    expect(chooseBinding(caller({}), {})).toEqual(NONE);
    const all = { projectId: MINE, agentId: 'a', userId: 'u' };
    expect(chooseBinding(caller({}), all)).toEqual(all);
  });

  test('of a bound caller is its own where nothing, null or the same is asked for, and may be narrower', () => {
    const bound = caller({ projectId: MINE, agentId: 'a' });
    const own = { projectId: MINE, agentId: 'a', userId: null };
    for (const asked of [{}, { projectId: null, agentId: null, userId: null }, { projectId: MINE, agentId: 'a' }])
      expect(chooseBinding(bound, asked)).toEqual(own);
    expect(chooseBinding(bound, { userId: 'u' })).toEqual({ ...own, userId: 'u' });
  });

  test('of a bound caller is never another project, agent or user', () => {
    const bound = caller({ projectId: MINE, agentId: 'a', userId: 'u' });
    expect(refusalOf(() => chooseBinding(bound, { projectId: OTHER }))).toContain('NOT_FOUND: There is no project');
    expect(refusalOf(() => chooseBinding(bound, { agentId: 'b' }))).toBe(
      'FORBIDDEN: A key bound to agentId "a" makes only keys that are bound to it as well; leave agentId out.',
    );
    expect(refusalOf(() => chooseBinding(bound, { userId: 'v' }))).toContain('FORBIDDEN: A key bound to userId "u"');
  });

  test.each([
    ['projectId', ''],
    ['projectId', 'x'],
    ['agentId', ''],
    ['agentId', 'x'.repeat(201)],
    ['userId', 'a\0b'],
    ['userId', '\udc00'],
  ])('with %s %j is BAD_USER_INPUT naming it', (field, id) => {
    expect(refusalOf(() => chooseBinding(caller({}), { [field]: id }))).toContain(`BAD_USER_INPUT: input.${field}: `);
  });
});

describe('chooseRoles', () => {
  test('gives what the caller’s own roles include, each once', () => {
    expect(chooseRoles(caller({}), ['AGENT', 'READER', 'AGENT', 'ADMIN'])).toEqual(['AGENT', 'READER', 'ADMIN']);
    expect(chooseRoles(caller({}, ['ADMIN', 'PLATFORM']), ['PLATFORM'])).toEqual(['PLATFORM']);
  });

  test('gives no role that the caller lacks and names it: PLATFORM comes from PLATFORM alone, and gives nothing else', () => {
    expect(refusalOf(() => chooseRoles(caller({}), ['READER', 'PLATFORM']))).toBe(
      'FORBIDDEN: A key gives no role that it lacks: PLATFORM is not among ADMIN.',
    );
    expect(refusalOf(() => chooseRoles(caller({}, ['PLATFORM']), ['READER', 'ADMIN', 'READER']))).toBe(
      'FORBIDDEN: A key gives no role that it lacks: READER, ADMIN is not among PLATFORM.',
    );
    expect(refusalOf(() => chooseRoles(caller({}, ['OPERATOR']), ['ADMIN']))).toContain('ADMIN is not among OPERATOR');
  });

  test('gives at least one', () => {
    expect(refusalOf(() => chooseRoles(caller({}), []))).toContain('BAD_USER_INPUT: input.roles: ');
  });
});

describe('isWithin', () => {
  test('is true for the same binding and a narrower one, not for a wider or another one', () => {
    const own = { ...NONE, projectId: MINE };
    expect([own, { ...own, agentId: 'a' }].map((thing) => isWithin(own, thing))).toEqual([true, true]);
    expect([NONE, { ...NONE, projectId: OTHER }].map((thing) => isWithin(own, thing))).toEqual([false, false]);
    expect(isWithin(NONE, { projectId: MINE, agentId: 'a', userId: 'u' })).toBe(true);
  });
});
