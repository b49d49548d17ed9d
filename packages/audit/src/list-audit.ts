import {
  badInput,
  type Connection,
  type Context,
  checkFirst,
  checkText,
  type JsonValue,
  toConnection,
} from '@rae/kernel';
import { appendAudit } from './append-audit.ts';
import type { AuditEntry } from './chain.ts';
import { type AuditFilter, countAudit, pageAudit } from './queries/page-audit.ts';

export interface AuditQuery {
  readonly filter?: Partial<AuditFilter> | null;
  readonly first: number;
  /** endCursor of the page before; null or left out: from the newest. */
  readonly after?: string | null;
}

const MAX_TEXT = 400;
const MAX_ACTIONS = 50;

const checkOptional = (field: string, text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : checkText(field, text, MAX_TEXT);

function checkFilter(asked: Partial<AuditFilter>): AuditFilter {
  const actions = asked.actions ?? null;
  if (actions && (actions.length === 0 || actions.length > MAX_ACTIONS))
    throw badInput('filter.actions', `must name 1 to ${MAX_ACTIONS} actions, not ${actions.length}`, {
      limit: MAX_ACTIONS,
      given: actions.length,
    });
  const [from, to] = [asked.from ?? null, asked.to ?? null];
  if (from && to && to < from) throw badInput('filter.to', 'must not be before filter.from');
  return {
    actor: checkOptional('filter.actor', asked.actor),
    actions: actions?.map((action, n) => checkText(`filter.actions[${n}]`, action, MAX_TEXT)) ?? null,
    subject: checkOptional('filter.subject', asked.subject),
    from,
    to,
  };
}

const describe = ({ actor, actions, subject, from, to }: AuditFilter): { [key: string]: JsonValue } => ({
  actor,
  actions: actions && [...actions],
  subject,
  from: from?.toISOString() ?? null,
  to: to?.toISOString() ?? null,
});

/**
 * The tenant's audit log, newest first. Each page that is read is itself a line of it, which later pages do not show.
 *
 * @throws BAD_USER_INPUT naming what is wrong with the filter or the page
 */
export async function listAudit(ctx: Context, query: AuditQuery): Promise<Connection<AuditEntry>> {
  const { tenantId } = ctx.caller;
  const first = checkFirst(query.first);
  const filter = checkFilter(query.filter ?? {});
  const list = `auditLog ${JSON.stringify(filter)}`;
  const after = query.after ?? null;
  const position = after === null ? null : ctx.cursors.decode(tenantId, list, after);
  const rows = await ctx.transact(async (tx) => {
    appendAudit(tx, { action: 'auditLog', subject: `tenant:${tenantId}`, detail: describe(filter) });
    return pageAudit(tx, filter, position, first + 1);
  });
  const cursorOf = ({ number }: AuditEntry) => ctx.cursors.encode(tenantId, list, [number]);
  return toConnection(rows, first, after !== null, cursorOf, () => ctx.readOnce((tx) => countAudit(tx, filter)));
}
