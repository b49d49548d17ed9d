import type { MemoryContext } from '../../services/memory-context.ts';
import { type ConsolidateRequest, consolidate } from '../../services/reflection/consolidate.ts';

export const consolidateMemories = (_: unknown, { input }: { input: ConsolidateRequest }, ctx: MemoryContext) =>
  consolidate(ctx, input);
