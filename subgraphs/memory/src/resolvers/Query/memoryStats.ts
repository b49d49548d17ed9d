import { readStats } from '../../services/memories/memory-stats.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const memoryStats = (_: unknown, { projectId }: { projectId?: string | null }, ctx: MemoryContext) =>
  readStats(ctx, projectId ?? null);
