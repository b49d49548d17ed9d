import { restoreMemory as restore } from '../../services/memories/change-status.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const restoreMemory = (_: unknown, { id }: { id: string }, ctx: MemoryContext) => restore(ctx, id);
