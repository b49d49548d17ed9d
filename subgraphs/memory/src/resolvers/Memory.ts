import { checkFirst } from '@rae/kernel';
import { findMemory, type Memory as MemoryRow } from '../services/get-memory.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const Memory = {
  __resolveReference: ({ id }: { id: string }, ctx: MemoryContext) => findMemory(ctx, id),
  project: ({ projectId }: MemoryRow) => ({ __typename: 'Project', id: projectId }),
  history: ({ id }: MemoryRow, { first }: { first: number }, ctx: MemoryContext) =>
    ctx.loaders.history.load({ memoryId: id, first: checkFirst(first) }),
};
