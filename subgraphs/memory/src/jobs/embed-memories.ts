import { recordEvents } from '@rae/events';
import { defineJob, type JobDefinition } from '@rae/jobs';
import { type Caller, type Embedder, NO_CAUSE, spendOf, type Transaction } from '@rae/kernel';
import { contextLine, contextualText } from '../domain/chunking/chunk-document.ts';
import { indexedText, quantisationScale, quantise } from '../engine/index.ts';
import { findUnembedded, type Unembedded, writeVectors } from '../queries/embed-memories.ts';
import { systemOf } from './system-caller.ts';

export const EMBED_MEMORIES = 'memory.embed-memories';

const BATCH = 50;
const LEASE_MS = 60_000;

export interface EmbedOptions {
  readonly embedder: Embedder;
  readonly readAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
}

/** Memories whose vectors one project, user, agent and session pay for are embedded together. */
const payerOf = ({ projectId, userId, agentId, sessionId }: Unembedded) =>
  JSON.stringify([projectId, userId, agentId, sessionId]);

const toSubject = ({ id, content }: Unembedded) => ({ type: 'memory', id, weight: content.length });

/** As its words are indexed: a turn with its speaker, a chunk with its title and headings. */
const textOf = ({ content, speaker, title, section }: Unembedded): string =>
  title === null ? indexedText(content, speaker) : contextualText(content, contextLine(title, section));

async function embedOfOnePayer(embedder: Embedder, caller: Caller, memories: readonly Unembedded[]) {
  const [first] = memories;
  if (!first) return [];
  const texts = memories.map(textOf);
  const { projectId, userId, agentId, sessionId } = first;
  const subjects = memories.map(toSubject);
  const spend = spendOf(
    { caller, cause: NO_CAUSE },
    { projectId, userId, agentId, sessionId, operation: 'EMBEDDING', subjects },
  );
  const vectors = await embedder.embed(texts, 'document', spend);
  return memories.map((memory, at) => ({ memory, vector: vectors[at] }));
}

/** Makes the vectors of memories that were written without. Those erased meanwhile are left out. */
export function embedMemoriesJob({ embedder, readAs }: EmbedOptions): JobDefinition {
  const scale = quantisationScale(embedder.id, embedder.dimensions);
  type Embedded = Awaited<ReturnType<typeof embedOfOnePayer>>;
  const record = (embedded: Embedded) => async (tx: Transaction) => {
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
      const groups = [...Map.groupBy(memories, payerOf).values()];
      return record((await Promise.all(groups.map((group) => embedOfOnePayer(embedder, caller, group)))).flat());
    },
  });
}
