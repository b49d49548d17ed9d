import { repeat } from '@rae/events';
import { type Caller, type Logger, systemOf, type Transaction } from '@rae/kernel';
import { rollUp } from './roll-up.ts';

export interface RollUpOptions {
  readonly transactAsWorker: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly transactAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly logger: Logger;
}

const EVERY_MS = 5_000;
/** Fewer lines than this are read from the ledger as fast as from their sums. */
const LEAST_LINES = 100;

const DUE = {
  name: 'cost_roll_up_due',
  text: `select h.tenant_id as "tenantId" from platform.ledger_heads h left join platform.cost_cursors c using (tenant_id)
    where h.number - coalesce(c.number, 0) >= $1 order by 1 limit 1000`,
};

/** Sums the ledgers of all tenants that have enough new lines, each in pages of its own transactions. */
export async function rollUpAll({ transactAsWorker, transactAs }: RollUpOptions, least = LEAST_LINES): Promise<void> {
  const due = await transactAsWorker((tx) => tx.query<{ tenantId: string }>(DUE, [least]));
  for (const { tenantId } of due) while (await transactAs(systemOf(tenantId, 'metering.roll-up'), rollUp));
}

/**
 * Keeps the sums of reports up to date; any number of processes may. No report depends on it but for speed.
 *
 * @returns how to stop
 */
export const runRollUp = (options: RollUpOptions): (() => Promise<void>) =>
  repeat(
    () =>
      rollUpAll(options).catch((err: unknown) =>
        options.logger.warn({ err }, 'sums of the ledger wait for the next run'),
      ),
    EVERY_MS,
  );
