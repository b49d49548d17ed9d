import type { MemoryContext } from '../../services/memory-context.ts';
import { type EraseSubjectInput, eraseSubject as erase } from '../../services/request-erasure.ts';

export const eraseSubject = async (_: unknown, { input }: { input: EraseSubjectInput }, ctx: MemoryContext) => ({
  erasure: await erase(ctx, input),
});
