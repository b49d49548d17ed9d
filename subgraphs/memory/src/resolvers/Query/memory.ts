import { readMemory } from '../../services/memories/get-memory.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const memory = (_: unknown, { id, asOf }: { id: string; asOf?: Date | null }, ctx: MemoryContext) =>
  readMemory(ctx, id, asOf ?? null);
