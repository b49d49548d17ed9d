import { enqueueEach } from '@rae/jobs';
import type { Transaction } from '@rae/kernel';

export const EMBED_MEMORIES = 'memory.embed-memories';

/** Asks for the vectors of memories that are written without: models are not asked inside a transaction. */
export const enqueueEmbedding = (tx: Transaction, ids: readonly string[], runAt = tx.now): Promise<void> =>
  enqueueEach(tx, { kind: EMBED_MEMORIES, payload: {}, runAt }, ids);
