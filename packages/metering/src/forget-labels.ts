import type { Transaction } from '@rae/kernel';

export interface ForgetLabels {
  /** Ids of what the lines were spent on. */
  readonly subjectIds: readonly string[];
  /** Lines of a person, agent or session; those given must all hold, all null means none. */
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  /** Lines of a person, agent or session that were written later are left. */
  readonly until: Date;
}

const FORGET = {
  name: 'ledger_forget_labels',
  text: 'select platform.forget_ledger_labels($1, $2, $3, $4, $5) as lines',
};

/**
 * Blanks the tags and metadata of ledger lines of the caller's tenant. The lines stay, and so does the hash of what was
 * blanked, so that the chain still holds.
 *
 * @returns how many lines had any
 */
export async function forgetLabels(tx: Transaction, asked: ForgetLabels): Promise<number> {
  const { subjectIds, userId, agentId, sessionId, until } = asked;
  const [row] = await tx.query<{ lines: number }>(FORGET, [subjectIds, userId, agentId, sessionId, until]);
  return row?.lines ?? 0;
}
