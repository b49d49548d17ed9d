import type { Memory } from '../../domain/memory-row.ts';
import type { MemoryContext } from '../memory-context.ts';

/** The first `first` memories that this one was drawn from, in order; those that the key may not see are left out. */
export async function readSources(ctx: MemoryContext, memoryId: string, first: number): Promise<Memory[]> {
  const ids = await ctx.loaders.sources.load({ memoryId, first });
  const sources = await Promise.all(ids.map((id) => ctx.loaders.memory.load(id)));
  return sources.flatMap((source) => source ?? []);
}
