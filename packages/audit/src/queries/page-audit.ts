import { countRows, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import type { AuditEntry } from '../chain.ts';
import { AUDIT_COLUMNS } from './audit-columns.ts';

export interface AuditFilter {
  readonly actor: string | null;
  /** Root fields; null: all. */
  readonly actions: readonly string[] | null;
  readonly subject: string | null;
  /** From this instant on. */
  readonly from: Date | null;
  /** Up to this instant, itself included. */
  readonly to: Date | null;
}

/** $1: the tenant; $2 to $6: the filter, null for all. */
const FILTER = `tenant_id = $1 and ($2::text is null or actor = $2) and ($3::text[] is null or action = any($3))
  and ($4::text is null or subject = $4) and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at <= $6)`;
const PAGE = {
  name: 'audit_page',
  text: `select ${AUDIT_COLUMNS} from platform.audit_log where ${FILTER} and ($7::bigint is null or number < $7)
    order by number desc limit $8`,
};
const COUNT = {
  name: 'audit_count',
  text: `select count(*)::int as count from (select from platform.audit_log where ${FILTER} limit ${MAX_COUNT + 1}) counted`,
};

const valuesOf = (tx: Transaction, { actor, actions, subject, from, to }: AuditFilter) => [
  tx.caller.tenantId,
  actor,
  actions,
  subject,
  from,
  to,
];

/** At most `limit` lines below the position [number], newest first; null: from the newest. */
export const pageAudit = (
  tx: Transaction,
  filter: AuditFilter,
  after: Position | null,
  limit: number,
): Promise<AuditEntry[]> => tx.query(PAGE, [...valuesOf(tx, filter), after?.[0], limit]);

/** How many there are, up to MAX_COUNT + 1. */
export const countAudit = (tx: Transaction, filter: AuditFilter): Promise<number> =>
  countRows(tx, COUNT, valuesOf(tx, filter));
