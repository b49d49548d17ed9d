import type { Erasure as Row } from '../services/erasure/get-erasure.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const Erasure = {
  __resolveReference: ({ id }: { id: string }, ctx: MemoryContext) => ctx.loaders.erasure.load(id),
  parts: ({ id }: Row, _: unknown, ctx: MemoryContext) => ctx.loaders.erasureParts.load(id),
};
