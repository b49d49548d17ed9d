import { type Caller, type Embedder, NO_CAUSE, spendOf } from '@rae/kernel';
import { contextLine, contextualText } from '../../domain/chunking/context-line.ts';
import { indexedText } from '../../engine/index.ts';
import type { Unembedded } from '../../queries/embed-memories.ts';

export interface Embedded {
  readonly memory: Unembedded;
  readonly vector: Float32Array | null;
}

/** Memories whose vectors one project, user, agent and session pay for are embedded together. */
const payerOf = ({ projectId, userId, agentId, sessionId }: Unembedded) =>
  JSON.stringify([projectId, userId, agentId, sessionId]);

const toSubject = ({ id, content }: Unembedded) => ({ type: 'memory', id, weight: content.length });

/** As its words are indexed: a turn with its speaker, a chunk with its title and headings. */
const textOf = ({ content, speaker, title, section }: Unembedded): string =>
  title === null ? indexedText(content, speaker) : contextualText(content, contextLine(title, section));

async function embedOfOnePayer(
  embedder: Embedder,
  caller: Caller,
  memories: readonly Unembedded[],
): Promise<Embedded[]> {
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
  return memories.map((memory, at) => ({ memory, vector: vectors[at] ?? null }));
}

/**
 * The vectors of memories that are stored, in no order; each is paid for by whom its memory is filed under.
 *
 * @throws MODEL_UNAVAILABLE (retryable), BUDGET_EXCEEDED
 */
export async function embedStored(
  embedder: Embedder,
  caller: Caller,
  memories: readonly Unembedded[],
): Promise<Embedded[]> {
  const groups = [...Map.groupBy(memories, payerOf).values()];
  return (await Promise.all(groups.map((group) => embedOfOnePayer(embedder, caller, group)))).flat();
}
