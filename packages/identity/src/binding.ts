import { badInput, type Caller, checkText, hasRole, isUuid, notFound, PlatformError, type Role } from '@rae/kernel';

/** What a key is bound to; null: not bound in that respect. */
export interface Binding {
  readonly projectId: string | null;
  readonly agentId: string | null;
  readonly userId: string | null;
}

const MAX_OWN_ID = 200;

const boundTo = ({ projectId, agentId, userId }: Binding): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ projectId, agentId, userId }).flatMap(([name, id]) => (id === null ? [] : [[name, id]])),
  );

/**
 * Projects, tenants and what concerns a tenant as a whole want a key that is bound to nothing.
 *
 * @throws FORBIDDEN naming what the key is bound to
 */
export function checkUnbound(caller: Caller, field: string): void {
  const bound = boundTo(caller);
  const names = Object.keys(bound);
  if (names.length === 0) return;
  const message = `${field} wants a key of the whole tenant; this one is bound to ${names.join(', ')}.`;
  throw new PlatformError('FORBIDDEN', message, { field, boundTo: bound });
}

/**
 * The id of a project as the database writes it. A bound key is never told whether another project exists.
 *
 * @throws BAD_USER_INPUT when it is no UUID; NOT_FOUND when the caller is bound to another project
 */
export function checkProjectId(caller: Caller, projectId: string, field: string): string {
  const id = checkId(projectId, field);
  if (caller.projectId !== null && caller.projectId !== id) throw notFound('project', projectId);
  return id;
}

/**
 * The id as the database writes it.
 *
 * @throws BAD_USER_INPUT unless it is a UUID
 */
export function checkId(id: string, field: string): string {
  if (isUuid(id)) return id.toLowerCase();
  throw badInput(field, 'must be a UUID, such as 01a1fdd6-5043-7046-ad5e-645a7c33312b');
}

function chooseOwnId(callers: string | null, asked: string | null | undefined, name: 'agentId' | 'userId') {
  if (asked === null || asked === undefined) return callers;
  const id = checkText(`input.${name}`, asked, MAX_OWN_ID);
  if (callers === null || callers === id) return id;
  const message = `A key bound to ${name} "${callers}" makes only keys that are bound to it as well; leave ${name} out.`;
  throw new PlatformError('FORBIDDEN', message, { field: `input.${name}`, boundTo: { [name]: callers } });
}

/**
 * The binding of a key that `caller` makes: what is left out is the caller's own, and it is never wider than that.
 *
 * @throws NOT_FOUND for a project that the caller is not bound to; FORBIDDEN for another agent or user than its own
 */
export function chooseBinding(caller: Caller, asked: Partial<Binding>): Binding {
  const projectId = asked.projectId ?? null;
  return {
    projectId: projectId === null ? caller.projectId : checkProjectId(caller, projectId, 'input.projectId'),
    agentId: chooseOwnId(caller.agentId, asked.agentId, 'agentId'),
    userId: chooseOwnId(caller.userId, asked.userId, 'userId'),
  };
}

/**
 * The roles of a key that `caller` makes, each once: none that the caller lacks, so that only PLATFORM gives PLATFORM.
 *
 * @throws BAD_USER_INPUT for no role at all; FORBIDDEN naming the roles that the caller lacks
 */
export function chooseRoles(caller: Caller, asked: readonly Role[]): Role[] {
  if (asked.length === 0) throw badInput('input.roles', 'must name at least one role');
  const missing = [...new Set(asked)].filter((role) => !hasRole(caller.roles, role));
  if (missing.length === 0) return [...new Set(asked)];
  const held = [...caller.roles];
  const message = `A key gives no role that it lacks: ${missing.join(', ')} is not among ${held.join(', ') || 'none'}.`;
  throw new PlatformError('FORBIDDEN', message, { field: 'input.roles', missing, held });
}

/** Whether `caller` may see something bound as `thing`: its own binding or a narrower one. */
export const isWithin = (caller: Binding, thing: Binding): boolean =>
  (caller.projectId === null || caller.projectId === thing.projectId) &&
  (caller.agentId === null || caller.agentId === thing.agentId) &&
  (caller.userId === null || caller.userId === thing.userId);
