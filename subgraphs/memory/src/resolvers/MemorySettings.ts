import type { MemoryContext } from '../services/memory-context.ts';
import { readSettings } from '../services/memory-settings.ts';

export const MemorySettings = {
  __resolveReference: ({ projectId }: { projectId: string }, ctx: MemoryContext) => readSettings(ctx, projectId),
};
