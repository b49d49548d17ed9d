import { recordEvents } from '@rae/events';
import { defineJob, type JobDefinition } from '@rae/jobs';
import type { Caller, Embedder, Transaction } from '@rae/kernel';
import { indexedText, quantisationScale, quantise } from '../engine/index.ts';
import { findUnembedded, type Unembedded, writeVectors } from '../queries/embed-memories.ts';

export const EMBED_MEMORIES = 'memory.embed-memories';

const BATCH = 50;
const LEASE_MS = 60_000;

export interface EmbedOptions {
  readonly embedder: Embedder;
  readonly readAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
}

const systemOf = (tenantId: string): Caller => ({
  tenantId,
  actor: `system:${EMBED_MEMORIES}`,
  roles: [],
  projectId: null,
  apiKeyId: null,
  agentId: null,
  userId: null,
  sessionId: null,
});

/** Makes the vectors of memories that were written without. Those erased meanwhile are left out. */
export function embedMemoriesJob({ embedder, readAs }: EmbedOptions): JobDefinition {
  const scale = quantisationScale(embedder.id, embedder.dimensions);
  const record = (memories: readonly Unembedded[], vectors: readonly Float32Array[]) => async (tx: Transaction) => {
    const made = memories.flatMap(({ id }, at) => {
      const vector = vectors[at];
      return vector ? [{ id, vector: quantise(vector, scale) }] : [];
    });
    await writeVectors(tx, embedder.id, made);
    const events = memories.map(({ id, projectId }) => ({
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
    callerOf: ({ tenantId }) => systemOf(tenantId),
    async run(jobs) {
      const caller = systemOf(jobs[0]?.tenantId ?? '');
      const ids = jobs.map(({ subject }) => subject);
      const memories = await readAs(caller, (tx) => findUnembedded(tx, ids, embedder.id));
      if (memories.length === 0) return async () => {};
      const texts = memories.map(({ content, speaker }) => indexedText(content, speaker));
      return record(memories, await embedder.embed(texts, 'document'));
    },
  });
}
