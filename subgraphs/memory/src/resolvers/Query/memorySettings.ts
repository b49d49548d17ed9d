import type { MemoryContext } from '../../services/memory-context.ts';
import { readSettings } from '../../services/memory-settings.ts';

export const memorySettings = (_: unknown, { projectId }: { projectId?: string | null }, ctx: MemoryContext) =>
  readSettings(ctx, projectId ?? null);
