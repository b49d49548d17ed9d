import { readSettings } from '../services/memories/memory-settings.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const MemorySettings = {
  __resolveReference: ({ projectId }: { projectId: string }, ctx: MemoryContext) => readSettings(ctx, projectId),
};
