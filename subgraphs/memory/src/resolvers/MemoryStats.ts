import { readTimeline, readTopProjects, type MemoryStats as Stats } from '../services/memories/memory-stats.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const MemoryStats = {
  timeline: ({ projectId }: Stats, { days, timeZone }: { days: number; timeZone: string }, ctx: MemoryContext) =>
    readTimeline(ctx, projectId, days, timeZone),
  topProjects: ({ projectId }: Stats, { first }: { first: number }, ctx: MemoryContext) =>
    readTopProjects(ctx, projectId, first),
};
