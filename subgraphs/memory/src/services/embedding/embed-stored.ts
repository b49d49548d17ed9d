import { type Caller, type Embedder, NO_CAUSE, spendOf } from '@rae/kernel';
import { contextLine, contextualText } from '../../domain/chunking/context-line.ts';
import { indexedText } from '../../engine/index.ts';
import type { Unembedded } from '../../queries/embed-memories.ts';

export interface Embedded {
  readonly memory: Unembedded;
  readonly vector: Float32Array | null;
}

/** What one payer's memories came to. */
export interface EmbeddedGroup {
  readonly memories: readonly Unembedded[];
  readonly embedded: readonly Embedded[];
  /** Why there is no vector for any of them; null: there are. */
  readonly error: unknown;
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
 * The vectors of memories that are stored; each is paid for by whom its memory is filed under, and one who cannot pay holds up
 * nobody else: errors (MODEL_UNAVAILABLE, BUDGET_EXCEEDED) are told by group.
 */
export function embedStored(
  embedder: Embedder,
  caller: Caller,
  memories: readonly Unembedded[],
): Promise<EmbeddedGroup[]> {
  const groups = [...Map.groupBy(memories, payerOf).values()];
  return Promise.all(
    groups.map(async (group) => {
      try {
        return { memories: group, embedded: await embedOfOnePayer(embedder, caller, group), error: null };
      } catch (error) {
        return { memories: group, embedded: [], error };
      }
    }),
  );
}
