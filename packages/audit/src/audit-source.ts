import type { Transaction } from '@rae/kernel';
import { type AuditEntry, type ChainHead, chainStart, verifyChain } from './chain.ts';
import type { ChainSource, CheckedPage } from './chain-source.ts';
import { AUDIT_COLUMNS } from './queries/audit-columns.ts';

const PAGE = {
  name: 'audit_check_page',
  text: `select ${AUDIT_COLUMNS} from platform.audit_log where tenant_id = $1 and number > $2 and number <= $3
    order by number limit $4`,
};

async function checkPage(tx: Transaction, after: ChainHead, upTo: number, limit: number): Promise<CheckedPage> {
  const lines = await tx.query<AuditEntry>(PAGE, [tx.caller.tenantId, after.number, upTo, limit]);
  const { firstBrokenId, head } = verifyChain(lines, after);
  return { entries: lines.length, firstBrokenId, head: head ?? after };
}

/** The audit log as a chain; its hashes are made and checked in this process. */
export const auditSource: ChainSource = {
  chain: 'audit',
  table: 'platform.audit_log',
  heads: 'platform.audit_heads',
  writtenAt: 'at',
  start: chainStart,
  checkPage,
};
