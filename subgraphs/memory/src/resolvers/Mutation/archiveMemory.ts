import { archiveMemory as archive } from '../../services/memories/change-status.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const archiveMemory = (_: unknown, { id, reason }: { id: string; reason?: string | null }, ctx: MemoryContext) =>
  archive(ctx, id, reason ?? null);
