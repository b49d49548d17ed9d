import { projectToWrite } from '@rae/identity';
import type { MemoryContext } from './memory-context.ts';

/**
 * The project that pays for a model call made before its write: the one that the call names, or the caller's own. Known to
 * be the tenant's before anything is spent.
 *
 * @throws BAD_USER_INPUT, NOT_FOUND as projectToWrite
 */
export async function payingProject(ctx: MemoryContext, asked: string | null, field: string): Promise<string> {
  if (asked === null && ctx.caller.projectId !== null) return ctx.caller.projectId;
  return ctx.readOnce((tx) => projectToWrite(tx, asked, field));
}
