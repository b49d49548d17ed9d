import type { MemoryContext } from '../../services/memory-context.ts';
import { readStats } from '../../services/memory-stats.ts';

export const memoryStats = (_: unknown, { projectId }: { projectId?: string | null }, ctx: MemoryContext) =>
  readStats(ctx, projectId ?? null);
