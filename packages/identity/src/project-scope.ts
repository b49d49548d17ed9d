import { badInput, isUuid, notFound, type Transaction } from '@rae/kernel';

const EXISTS = {
  name: 'project_exists',
  text: 'select 1 as found from platform.projects where tenant_id = $1 and id = $2',
};

async function checkProject(tx: Transaction, id: string, field: string): Promise<string> {
  if (!isUuid(id)) throw badInput(field, 'must be the UUID of a project', { given: id });
  const bound = tx.caller.projectId;
  if (bound !== null && bound !== id.toLowerCase()) throw notFound('project', id);
  if (bound === null && (await tx.query(EXISTS, [tx.caller.tenantId, id])).length === 0) throw notFound('project', id);
  return id.toLowerCase();
}

/**
 * The project that a call writes to: the key's own when none is named.
 *
 * @throws BAD_USER_INPUT when a key of the whole tenant names none; NOT_FOUND when it is not the key's to see
 */
export async function projectToWrite(tx: Transaction, requested: string | null, field: string): Promise<string> {
  const project = requested ?? tx.caller.projectId;
  if (project === null)
    throw badInput(field, 'must name a project: this key is one of the whole tenant; `projects` lists them');
  return checkProject(tx, project, field);
}

/**
 * The project that a call reads: the key's own when none is named; null = all of the tenant's.
 *
 * @throws NOT_FOUND when it is not the key's to see
 */
export async function projectToRead(tx: Transaction, requested: string | null, field: string): Promise<string | null> {
  const project = requested ?? tx.caller.projectId;
  return project === null ? null : checkProject(tx, project, field);
}

const LIST = {
  name: 'project_ids',
  text: 'select id from platform.projects where tenant_id = $1 order by created_at, id',
};

/** Ids of all projects of the tenant, oldest first. */
export const listProjectIds = async (tx: Transaction): Promise<string[]> =>
  (await tx.query<{ id: string }>(LIST, [tx.caller.tenantId])).map(({ id }) => id);
