import { checkFirst } from '@rae/kernel';
import { findDocument } from '../services/documents/get-document.ts';
import { findMemory, type Memory as MemoryRow } from '../services/memories/get-memory.ts';
import { readStrength } from '../services/memories/memory-usage.ts';
import { readHistory } from '../services/memories/read-history.ts';
import { readSummary } from '../services/memories/read-summary.ts';
import type { MemoryContext } from '../services/memory-context.ts';
import { readSources } from '../services/reflection/read-sources.ts';

export const Memory = {
  __resolveReference: ({ id }: { id: string }, ctx: MemoryContext) => findMemory(ctx, id),
  project: ({ projectId }: MemoryRow) => ({ __typename: 'Project', id: projectId }),
  document: ({ documentId }: MemoryRow, _: unknown, ctx: MemoryContext) =>
    documentId === null ? null : findDocument(ctx, documentId),
  summary: readSummary,
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
