import { readSettings } from '../../services/memories/memory-settings.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const memorySettings = (_: unknown, { projectId }: { projectId?: string | null }, ctx: MemoryContext) =>
  readSettings(ctx, projectId ?? null);
