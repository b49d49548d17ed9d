import type { Transaction } from '@rae/kernel';

export interface NewFeedback {
  readonly id: string;
  readonly projectId: string;
  readonly memoryId: string | null;
  readonly answerId: string | null;
  readonly score: number;
  readonly relevantMemoryIds: readonly string[];
  readonly comment: string | null;
}

const INSERT = {
  name: 'feedback_insert',
  text: `insert into memory.feedback (tenant_id, id, project_id, memory_id, answer_id, score, relevant, comment, actor, at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

export async function insertFeedback(tx: Transaction, feedback: NewFeedback): Promise<void> {
  const { id, projectId, memoryId, answerId, score, relevantMemoryIds, comment } = feedback;
  const { tenantId, actor } = tx.caller;
  const values = [tenantId, id, projectId, memoryId, answerId, score, relevantMemoryIds, comment, actor, tx.now];
  await tx.query(INSERT, values);
}
