import { encodeCursor, recordEvents } from '@rae/events';
import type { Transaction } from '@rae/kernel';
import { LAYERS } from '../../engine/codes.ts';
import { type ArchivedRow, archiveDue, type DueRule } from '../../queries/archive-due.ts';

export interface ArchivedPage {
  readonly archived: number;
  /** Of the last event; null: nothing was due. */
  readonly cursor: string | null;
}

const layerOf = (code: number): string =>
  Object.entries(LAYERS).find(([, number]) => number === code)?.[0] ?? 'EPISODIC';

const toEvent = ({ id, projectId, layer, version, tags }: ArchivedRow, reason: DueRule['reason']) => ({
  type: 'memory.archived',
  projectId,
  subject: id,
  tags,
  payload: { memoryId: id, layer: layerOf(layer), version, fields: ['status', 'archivedAt'], reason },
});

/**
 * Archives one page of what a rule names: rows, history with the reason, and `memory.archived`, in the caller's transaction.
 * Archived memories are not due again, so that a page that is done twice does nothing the second time.
 */
export async function archivePage(tx: Transaction, rule: DueRule, limit: number): Promise<ArchivedPage> {
  const rows = await archiveDue(tx, rule, limit);
  const positions = await recordEvents(
    tx,
    rows.map((row) => toEvent(row, rule.reason)),
  );
  const last = positions.at(-1);
  return { archived: rows.length, cursor: last ? encodeCursor(last) : null };
}
