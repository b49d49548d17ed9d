import { projectToRead } from '@rae/identity';
import { badInput, type Connection, checkFirst, toConnection } from '@rae/kernel';
import type { Answer } from '../../domain/answer/answer.ts';
import { countAnswers, listAnswers as readPage } from '../../queries/find-answers.ts';
import type { MemoryContext } from '../memory-context.ts';

export interface ListAnswersRequest {
  readonly projectId?: string | null;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly first: number;
  readonly after?: string | null;
}

const without = (id: string | null | undefined, field: string): string | null => {
  if (id?.includes('\0')) throw badInput(field, 'holds a NUL character; leave it out');
  return id ?? null;
};

/**
 * A page of answers, newest first.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200 or a cursor of another list; NOT_FOUND for a project that is not there
 */
export async function listAnswers(ctx: MemoryContext, request: ListAnswersRequest): Promise<Connection<Answer>> {
  const first = checkFirst(request.first);
  const { tenantId } = ctx.caller;
  const ids = {
    userId: without(request.userId, 'userId'),
    agentId: without(request.agentId, 'agentId'),
    sessionId: without(request.sessionId, 'sessionId'),
  };
  const list = `answers ${JSON.stringify([request.projectId ?? null, ids])}`;
  const after = request.after ? ctx.cursors.decode(tenantId, list, request.after) : null;
  const { filter, rows } = await ctx.read(async (tx) => {
    const projectId = await projectToRead(tx, request.projectId ?? null, 'projectId');
    const asked = { projectId, ...ids };
    return { filter: asked, rows: await readPage(tx, asked, first + 1, after) };
  });
  const page = toConnection(
    rows,
    first,
    after !== null,
    ({ place }) => ctx.cursors.encode(tenantId, list, place),
    () => ctx.readOnce((tx) => countAnswers(tx, filter)),
  );
  return {
    ...page,
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.answer })),
    nodes: page.nodes.map(({ answer }) => answer),
  };
}
