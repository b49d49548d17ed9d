import { type ConsolidateRequest, consolidate } from '../../services/consolidate.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const consolidateMemories = (_: unknown, { input }: { input: ConsolidateRequest }, ctx: MemoryContext) =>
  consolidate(ctx, input);
