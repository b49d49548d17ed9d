import { type Connection, type Context, checkFirst, toConnection } from '@rae/kernel';
import type { Project } from './queries/find-projects.ts';
import { countProjects, pageProjects } from './queries/page-projects.ts';

const LIST = 'projects';

export interface Page {
  readonly first: number;
  /** endCursor of the page before; null or left out: from the start. */
  readonly after?: string | null;
}

const cursorIn =
  (ctx: Context) =>
  ({ tenantId, createdAt, id }: Project): string =>
    ctx.cursors.encode(tenantId, LIST, [createdAt.toISOString(), id]);

/**
 * The projects of the caller's tenant, oldest first; of a bound key its own alone.
 *
 * @throws BAD_USER_INPUT naming `first` or `after`
 */
export async function listProjects(ctx: Context, page: Page): Promise<Connection<Project>> {
  const { tenantId, projectId } = ctx.caller;
  const first = checkFirst(page.first);
  const after = page.after ?? null;
  const position = after === null ? null : ctx.cursors.decode(tenantId, LIST, after);
  const filter = { tenantId, projectId };
  const rows = await ctx.readOnce((tx) => pageProjects(tx, filter, position, first + 1));
  const count = () => ctx.readOnce((tx) => countProjects(tx, filter));
  return toConnection(rows, first, after !== null, cursorIn(ctx), count);
}

/** The list of a tenant's projects when this is all of it: what its maker is shown of a new tenant, whose rows it cannot see. */
export const pageOfOne = (ctx: Context, project: Project, { first }: Page): Connection<Project> =>
  toConnection([project], checkFirst(first), false, cursorIn(ctx), async () => 1);
