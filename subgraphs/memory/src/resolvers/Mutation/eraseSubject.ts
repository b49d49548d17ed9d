import { type EraseSubjectInput, eraseSubject as erase } from '../../services/erasure/request-erasure.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const eraseSubject = async (_: unknown, { input }: { input: EraseSubjectInput }, ctx: MemoryContext) => ({
  erasure: await erase(ctx, input),
});
