import type { Transaction } from '@rae/kernel';
import { COST_LOG_COLUMNS, type CostLogRow } from './cost-log.ts';

const FIND = {
  name: 'cost_logs_find',
  text: `select ${COST_LOG_COLUMNS} from platform.ledger l where l.tenant_id = $1 and l.id = any($2::uuid[])`,
};

/** Those lines of `ids` that are the tenant's, in no order. */
export const findCostLogs = (tx: Transaction, ids: readonly string[]): Promise<CostLogRow[]> =>
  tx.query(FIND, [tx.caller.tenantId, ids]);
