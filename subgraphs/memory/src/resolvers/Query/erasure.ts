import { getErasure } from '../../services/erasure/get-erasure.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const erasure = (_: unknown, { id }: { id: string }, ctx: MemoryContext) => getErasure(ctx, id);
