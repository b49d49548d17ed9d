import { projectToRead } from '@rae/identity';
import { badInput, type Connection, checkFirst, toConnection } from '@rae/kernel';
import { checkFilter, type GivenFilter, type MemoryFilter } from '../../domain/memory-filter.ts';
import type { Memory } from '../../domain/memory-row.ts';
import { countMemories, type MemoryOrder, listMemories as readPage } from '../../queries/list-memories.ts';
import type { MemoryContext } from '../memory-context.ts';
import { listWorking } from '../working/working-memories.ts';

export interface ListMemoriesRequest {
  readonly filter?: GivenFilter | null;
  readonly orderBy: MemoryOrder;
  readonly first: number;
  readonly after?: string | null;
}

interface Place {
  readonly row: [string, number];
  readonly strengthAt: Date;
}

function placeOf(position: readonly (string | number | null)[]): Place {
  const [value, mid, strengthAt] = position;
  if (typeof value !== 'string' || typeof mid !== 'number' || typeof strengthAt !== 'number')
    throw badInput('after', 'this is not a cursor of this list');
  return { row: [value, mid], strengthAt: new Date(strengthAt) };
}

function check({ filter, orderBy }: ListMemoriesRequest, now: Date): MemoryFilter {
  const checked = checkFilter(filter, now);
  if (checked.asOf && orderBy === 'STRENGTH_DESC')
    throw badInput('orderBy', 'STRENGTH_DESC goes without filter.asOf: how strong a memory was is not kept');
  return checked;
}

/** The filter of a list of WORKING memories alone; null for any other list. */
function asWorkingList({ filter }: ListMemoriesRequest, now: Date): MemoryFilter | null {
  const { layers, ...rest } = filter ?? {};
  if (!layers?.length || layers.some((layer) => layer !== 'WORKING')) return null;
  if (rest.asOf) throw badInput('filter.asOf', 'goes without WORKING: what is gone of them is not known');
  return checkFilter(rest, now);
}

/**
 * A page of memories; of WORKING ones where these alone are asked for. A cursor belongs to its filter and order; pages neither skip nor repeat what was there all along.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200, a wrong filter, or a cursor of another list; NOT_FOUND for a project that is not there
 */
export async function listMemories(ctx: MemoryContext, request: ListMemoriesRequest): Promise<Connection<Memory>> {
  const { orderBy } = request;
  const first = checkFirst(request.first);
  const working = asWorkingList(request, ctx.clock.now());
  if (working) return listWorking(ctx, { filter: working, orderBy, first, after: request.after ?? null });
  const filter = check(request, ctx.clock.now());
  const { tenantId } = ctx.caller;
  const list = `memories ${orderBy} ${JSON.stringify(filter)}`;
  const after = request.after ? placeOf(ctx.cursors.decode(tenantId, list, request.after)) : null;
  const strengthAt = after?.strengthAt ?? ctx.clock.now();
  const { projectId, rows } = await ctx.read(async (tx) => {
    const project = await projectToRead(tx, filter.projectId ?? null, 'filter.projectId');
    return {
      projectId: project,
      rows: await readPage(tx, {
        filter,
        projectId: project,
        orderBy,
        limit: first + 1,
        strengthAt,
        after: after?.row ?? null,
      }),
    };
  });
  const page = toConnection(
    rows,
    first,
    after !== null,
    ({ place }) => ctx.cursors.encode(tenantId, list, [...place, strengthAt.getTime()]),
    () => ctx.readOnce((tx) => countMemories(tx, filter, projectId)),
  );
  return {
    ...page,
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.memory })),
    nodes: page.nodes.map(({ memory }) => memory),
  };
}
