import { type Connection, type Context, checkFirst, toConnection } from '@rae/kernel';
import type { Page } from './list-projects.ts';
import { projectToRead } from './project-scope.ts';
import type { ApiKey } from './queries/find-api-keys.ts';
import { countApiKeys, pageApiKeys } from './queries/page-api-keys.ts';

export interface ApiKeyQuery extends Page {
  /** Null or left out: of all projects that the caller sees, and keys of the tenant as a whole. */
  readonly projectId?: string | null;
  readonly includeRevoked: boolean;
}

/**
 * The tenant's keys, oldest first; for a bound key those of its own binding or a narrower one.
 *
 * @throws NOT_FOUND for a project that is not the tenant's or not the caller's; BAD_USER_INPUT naming `first` or `after`
 */
export async function listApiKeys(ctx: Context, query: ApiKeyQuery): Promise<Connection<ApiKey>> {
  const { tenantId, agentId, userId } = ctx.caller;
  const first = checkFirst(query.first);
  const after = query.after ?? null;
  const { filter, list, rows } = await ctx.read(async (tx) => {
    const projectId = await projectToRead(tx, query.projectId ?? null, 'projectId');
    const filter = { tenantId, projectId, agentId, userId, includeRevoked: query.includeRevoked };
    const list = `apiKeys ${JSON.stringify(filter)}`;
    const position = after === null ? null : ctx.cursors.decode(tenantId, list, after);
    return { filter, list, rows: await pageApiKeys(tx, filter, position, first + 1) };
  });
  const cursorOf = ({ createdAt, id }: ApiKey) => ctx.cursors.encode(tenantId, list, [createdAt.toISOString(), id]);
  return toConnection(rows, first, after !== null, cursorOf, () => ctx.readOnce((tx) => countApiKeys(tx, filter)));
}
