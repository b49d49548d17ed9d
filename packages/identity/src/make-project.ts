import { appendAudit } from '@rae/audit';
import { recordEvent } from '@rae/events';
import { PlatformError, type Transaction, uuidv7 } from '@rae/kernel';
import type { Project } from './queries/find-projects.ts';
import { insertProject } from './queries/insert-project.ts';

/**
 * Makes a project of `tx.caller`'s tenant, with its event and its audit line.
 *
 * @throws CONFLICT when the tenant has one of that name
 */
export async function makeProject(tx: Transaction, name: string): Promise<Project> {
  const id = uuidv7(tx.now.getTime());
  const project: Project = { id, tenantId: tx.caller.tenantId, name, createdAt: tx.now };
  if (!(await insertProject(tx, project)))
    throw new PlatformError('CONFLICT', `There is a project named "${name}" already; take another name.`, {
      field: 'input.name',
      name,
    });
  await recordEvent(tx, { type: 'project.created', projectId: null, subject: id, payload: { projectId: id, name } });
  appendAudit(tx, { action: 'createProject', subject: `project:${id}`, detail: { name } });
  return project;
}
