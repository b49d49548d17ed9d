import { once } from '@rae/database';
import { type Context, checkText, notFound } from '@rae/kernel';
import { checkUnbound } from './binding.ts';
import { MAX_NAME } from './create-tenant.ts';
import { makeProject } from './make-project.ts';
import { findProjects, type Project } from './queries/find-projects.ts';

export interface CreateProjectInput {
  readonly name: string;
  readonly idempotencyKey?: string | null;
}

/**
 * Makes a project. The same idempotencyKey and name give the same project again.
 *
 * @throws FORBIDDEN for a bound key; CONFLICT when the tenant has a project of that name
 */
export function createProject(ctx: Context, input: CreateProjectInput): Promise<Project> {
  checkUnbound(ctx.caller, 'createProject');
  const name = checkText('input.name', input.name, MAX_NAME);
  const call = { field: 'createProject', key: input.idempotencyKey, input: { name } };
  return ctx.transact(async (tx) => {
    const { result: id } = await once(tx, call, async () => (await makeProject(tx, name)).id);
    const [project] = await findProjects(tx, [id]);
    if (!project) throw notFound('project', id);
    return project;
  });
}
