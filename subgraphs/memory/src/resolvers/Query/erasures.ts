import { type ListErasuresRequest, listErasures } from '../../services/erasure/get-erasure.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const erasures = (_: unknown, request: ListErasuresRequest, ctx: MemoryContext) => listErasures(ctx, request);
