import { badInput, notFound, type Transaction } from '@rae/kernel';
import { checkProjectId } from './binding.ts';
import { findProjects } from './queries/find-projects.ts';

/** The caller's own project is there for as long as its credential is; of any other the database is asked. */
async function checkProject(tx: Transaction, asked: string, field: string): Promise<string> {
  const id = checkProjectId(tx.caller, asked, field);
  if (id !== tx.caller.projectId && (await findProjects(tx, [id])).length === 0) throw notFound('project', asked);
  return id;
}

/**
 * The project that a call reads: the one it names, or the caller's own. Null: all of the tenant's.
 *
 * @param asked as the call has it; null: left out
 * @throws BAD_USER_INPUT when it is no UUID; NOT_FOUND when the tenant has no such project or the caller is bound to another
 */
export const projectToRead = async (tx: Transaction, asked: string | null, field: string): Promise<string | null> =>
  asked === null ? tx.caller.projectId : checkProject(tx, asked, field);

/**
 * The project that a call writes to: the one it names, or the caller's own.
 *
 * @throws BAD_USER_INPUT when it names none and the caller is bound to none; else as projectToRead
 */
export async function projectToWrite(tx: Transaction, asked: string | null, field: string): Promise<string> {
  const id = await projectToRead(tx, asked, field);
  if (id !== null) return id;
  throw badInput(field, 'must name a project: this credential is of the whole tenant; `projects` lists them');
}
