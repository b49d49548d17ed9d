import { projectToRead } from '@rae/identity';
import { badInput, type Connection, checkFirst, isUuid, toConnection } from '@rae/kernel';
import type { Evaluation, EvaluationResult } from '../../domain/evaluate/evaluation.ts';
import {
  countEvaluations,
  findEvaluations,
  findResults,
  listEvaluations as readPage,
} from '../../queries/evaluations.ts';
import type { MemoryContext } from '../memory-context.ts';

export type { Evaluation };

export interface ListEvaluationsRequest {
  readonly projectId?: string | null;
  readonly dataset?: string | null;
  readonly first: number;
  readonly after?: string | null;
}

/**
 * A page of evaluations, newest first.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200 or a cursor of another list; NOT_FOUND for a project that is not there
 */
export async function listEvaluations(
  ctx: MemoryContext,
  request: ListEvaluationsRequest,
): Promise<Connection<Evaluation>> {
  const first = checkFirst(request.first);
  const dataset = request.dataset ?? null;
  if (dataset?.includes('\0')) throw badInput('dataset', 'holds a NUL character; leave it out');
  const { tenantId } = ctx.caller;
  const list = `evaluations ${JSON.stringify([request.projectId ?? null, dataset])}`;
  const after = request.after ? ctx.cursors.decode(tenantId, list, request.after) : null;
  const { projectId, rows } = await ctx.read(async (tx) => {
    const project = await projectToRead(tx, request.projectId ?? null, 'projectId');
    return { projectId: project, rows: await readPage(tx, project, dataset, first + 1, after) };
  });
  const page = toConnection(
    rows,
    first,
    after !== null,
    ({ place }) => ctx.cursors.encode(tenantId, list, place),
    () => ctx.readOnce((tx) => countEvaluations(tx, projectId, dataset)),
  );
  return {
    ...page,
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.evaluation })),
    nodes: page.nodes.map(({ evaluation }) => evaluation),
  };
}

/** One evaluation; null when the tenant has none of it, or the key may not see its project. */
export async function findEvaluation(ctx: MemoryContext, id: string): Promise<Evaluation | null> {
  if (!isUuid(id)) return null;
  const [evaluation] = await ctx.readOnce((tx) => findEvaluations(tx, [id]));
  const { projectId } = ctx.caller;
  return evaluation && (projectId === null || evaluation.projectId === projectId) ? evaluation : null;
}

/** The first results of an evaluation, worst first. */
export const readResults = (ctx: MemoryContext, { id }: Evaluation, first: number): Promise<EvaluationResult[]> =>
  ctx.readOnce((tx) => findResults(tx, id, first));
