import {
  readPendingEmbeddings,
  readTimeline,
  readTopProjects,
  type MemoryStats as Stats,
} from '../services/memories/memory-stats.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const MemoryStats = {
  pendingEmbeddings: ({ projectId }: Stats, _: unknown, ctx: MemoryContext) => readPendingEmbeddings(ctx, projectId),
  timeline: ({ projectId }: Stats, { days, timeZone }: { days: number; timeZone: string }, ctx: MemoryContext) =>
    readTimeline(ctx, projectId, days, timeZone),
  topProjects: ({ projectId }: Stats, { first }: { first: number }, ctx: MemoryContext) =>
    readTopProjects(ctx, projectId, first),
};
