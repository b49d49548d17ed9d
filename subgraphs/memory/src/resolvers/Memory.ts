import { checkFirst } from '@rae/kernel';
import { findDocument } from '../services/get-document.ts';
import { findMemory, type Memory as MemoryRow } from '../services/get-memory.ts';
import type { MemoryContext } from '../services/memory-context.ts';
import { readStrength } from '../services/memory-usage.ts';
import { readHistory } from '../services/read-history.ts';
import { readSources } from '../services/read-sources.ts';

export const Memory = {
  __resolveReference: ({ id }: { id: string }, ctx: MemoryContext) => findMemory(ctx, id),
  project: ({ projectId }: MemoryRow) => ({ __typename: 'Project', id: projectId }),
  document: ({ documentId }: MemoryRow, _: unknown, ctx: MemoryContext) =>
    documentId === null ? null : findDocument(ctx, documentId),
  strength: (memory: MemoryRow, _: unknown, ctx: MemoryContext) => readStrength(ctx, memory),
  accessCount: async ({ id }: MemoryRow, _: unknown, ctx: MemoryContext) =>
    (await ctx.loaders.usage.load(id))?.uses ?? 0,
  lastAccessedAt: async ({ id }: MemoryRow, _: unknown, ctx: MemoryContext) =>
    (await ctx.loaders.usage.load(id))?.usedAt,
  supersededBy: ({ supersededBy }: MemoryRow, _: unknown, ctx: MemoryContext) =>
    supersededBy === null ? null : findMemory(ctx, supersededBy),
  sources: ({ id }: MemoryRow, { first }: { first: number }, ctx: MemoryContext) =>
    readSources(ctx, id, checkFirst(first)),
  history: (memory: MemoryRow, { first }: { first: number }, ctx: MemoryContext) =>
    readHistory(ctx, memory, checkFirst(first)),
};
