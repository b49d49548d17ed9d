import { recordEvents } from '@rae/events';
import { defineJob, type JobDefinition } from '@rae/jobs';
import { type Caller, type Embedder, type Logger, systemOf, type Transaction } from '@rae/kernel';
import { quantisationScale, quantise } from '../engine/index.ts';
import { findUnembedded, writeVectors } from '../queries/embed-memories.ts';
import { type Embedded, embedStored } from '../services/embedding/embed-stored.ts';
import { EMBED_MEMORIES, enqueueEmbedding } from '../services/embedding/enqueue-embedding.ts';

const BATCH = 50;
const LEASE_MS = 60_000;
/** When those come again whom their payer's budget or model refused while others of their batch were served: by themselves. */
const PUT_OFF_MS = 60_000;

export interface EmbedOptions {
  readonly embedder: Embedder;
  readonly logger: Logger;
  readonly readAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
}

/** Makes the vectors of memories that were written without. Those erased meanwhile are left out. */
export function embedMemoriesJob({ embedder, logger, readAs }: EmbedOptions): JobDefinition {
  const scale = quantisationScale(embedder.id, embedder.dimensions);
  const record = (embedded: readonly Embedded[]) => async (tx: Transaction) => {
    const made = embedded.flatMap(({ memory: { id }, vector }) =>
      vector ? [{ id, vector: quantise(vector, scale) }] : [],
    );
    await writeVectors(tx, embedder.id, made);
    const events = embedded.map(({ memory: { id, projectId } }) => ({
      type: 'memory.embedded',
      projectId,
      subject: id,
      payload: { memoryId: id, model: embedder.id },
    }));
    await recordEvents(tx, events);
  };
  return defineJob({
    kind: EMBED_MEMORIES,
    batch: BATCH,
    leaseMs: LEASE_MS,
    callerOf: ({ tenantId }) => systemOf(tenantId, EMBED_MEMORIES),
    async run(jobs) {
      const caller = systemOf(jobs[0]?.tenantId ?? '', EMBED_MEMORIES);
      const ids = jobs.map(({ subject }) => subject);
      const memories = await readAs(caller, (tx) => findUnembedded(tx, ids, embedder.id));
      if (memories.length === 0) return async () => {};
      const groups = await embedStored(embedder, caller, memories);
      const embedded = groups.flatMap((group) => group.embedded);
      const failed = groups.filter(({ error }) => error !== null);
      if (failed.length === groups.length) throw failed[0]?.error;
      const left = failed.flatMap((group) => group.memories.map(({ id }) => id));
      if (left.length > 0) logger.warn({ err: failed[0]?.error, memories: left.length }, 'vectors are put off');
      return async (tx) => {
        await record(embedded)(tx);
        await enqueueEmbedding(tx, left, new Date(tx.now.getTime() + PUT_OFF_MS));
      };
    },
  });
}
