import { projectToRead } from '@rae/identity';
import { badInput, type Connection, checkFirst, isUuid, notFound, toConnection } from '@rae/kernel';
import type { Erasure } from '../../domain/erasure.ts';
import { countErasures, findErasures, listErasures as readPage } from '../../queries/erasures.ts';
import type { MemoryContext } from '../memory-context.ts';

export type { Erasure };

/** @throws NOT_FOUND when there is none that the caller may see; BAD_USER_INPUT for what is no UUID */
export async function getErasure(ctx: MemoryContext, id: string): Promise<Erasure> {
  if (!isUuid(id)) throw badInput('id', 'must be the UUID of an erasure');
  const [erasure] = await ctx.readOnce((tx) => findErasures(tx, [id]));
  const { projectId } = ctx.caller;
  if (!erasure || (projectId !== null && erasure.projectId !== projectId)) throw notFound('erasure', id);
  return erasure;
}

export interface ListErasuresRequest {
  readonly projectId?: string | null;
  readonly first: number;
  readonly after?: string | null;
}

/**
 * A page of erasures, newest first; those of a project, or all of the tenant's.
 *
 * @throws BAD_USER_INPUT naming `first` or `after`; NOT_FOUND for a project that is not there
 */
export async function listErasures(ctx: MemoryContext, request: ListErasuresRequest): Promise<Connection<Erasure>> {
  const first = checkFirst(request.first);
  const { tenantId } = ctx.caller;
  const list = `erasures ${request.projectId ?? ''}`;
  const after = request.after ? ctx.cursors.decode(tenantId, list, request.after) : null;
  const { projectId, rows } = await ctx.read(async (tx) => {
    const project = await projectToRead(tx, request.projectId ?? null, 'projectId');
    return { projectId: project, rows: await readPage(tx, project, first + 1, after) };
  });
  const cursorOf = ({ requestedAt, id }: Erasure) =>
    ctx.cursors.encode(tenantId, list, [requestedAt.toISOString(), id]);
  const count = () => ctx.readOnce((tx) => countErasures(tx, projectId));
  return toConnection(rows, first, after !== null, cursorOf, count);
}
