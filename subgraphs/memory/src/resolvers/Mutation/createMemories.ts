import { type CreateMemoryInput, createMemories as create } from '../../services/memories/create-memories.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

interface Args {
  inputs: readonly CreateMemoryInput[];
  idempotencyKey?: string | null;
}

export const createMemories = async (_: unknown, { inputs, idempotencyKey }: Args, ctx: MemoryContext) => {
  const { memories, cursors, deduplicated, pendingEmbeddings } = await create(ctx, inputs, idempotencyKey);
  const results = memories.map((memory, at) => ({
    memory,
    cursor: cursors[at],
    deduplicated: deduplicated[at],
  }));
  return { results, pendingEmbeddings, cursor: cursors.at(-1) };
};
