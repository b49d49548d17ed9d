import type { Memory } from '../../domain/memory-row.ts';
import { strengthOf } from '../../domain/strength.ts';
import type { MemoryContext } from '../memory-context.ts';

/** How strong a memory is now, 0..1, by its importance, its uses and the days since the last of them. */
export async function readStrength(ctx: MemoryContext, { id, layer, importance, createdAt }: Memory): Promise<number> {
  const usage = await ctx.loaders.usage.load(id);
  return strengthOf({ layer, importance, uses: usage?.uses ?? 0, usedAt: usage?.usedAt ?? createdAt }, ctx.clock.now());
}

/** Counts the hits of a search as uses; those that are shown as they once stood are none. */
export function countHits(ctx: MemoryContext, hits: readonly { readonly memory: Memory }[]): void {
  const used = hits.filter(({ memory }) => !memory.asOf).map(({ memory }) => memory.id);
  ctx.usage.count(ctx.caller.tenantId, used, ctx.clock.now());
}
