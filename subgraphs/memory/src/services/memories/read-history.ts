import { MAX_PAGE } from '@rae/kernel';
import type { Memory } from '../../domain/memory-row.ts';
import type { Revision } from '../../queries/revisions.ts';
import type { MemoryContext } from '../memory-context.ts';

/** The last `first` changes of a memory, newest first; of one that is shown as it once stood, those made by then. */
export async function readHistory(ctx: MemoryContext, { id, asOf }: Memory, first: number): Promise<Revision[]> {
  if (!asOf) return ctx.loaders.history.load({ memoryId: id, first });
  const changes = await ctx.loaders.history.load({ memoryId: id, first: MAX_PAGE });
  return changes.filter(({ at }) => at <= asOf).slice(0, first);
}
