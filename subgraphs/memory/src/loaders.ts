import type { Context } from '@rae/kernel';
import DataLoader from 'dataloader';
import type { Answer } from './domain/answer/answer.ts';
import type { Document } from './domain/document.ts';
import type { Erasure } from './domain/erasure.ts';
import type { Memory } from './domain/memory-row.ts';
import { findErasures, listErasureParts } from './queries/erasures.ts';
import { findAnswers } from './queries/find-answers.ts';
import { findDocuments } from './queries/find-documents.ts';
import { findMemories } from './queries/find-memories.ts';
import { listRevisions, type Revision } from './queries/revisions.ts';
import { listSources } from './queries/sources.ts';
import { findUsage, type Usage } from './queries/usage.ts';
import type { MemoryLoaders } from './services/memory-context.ts';
import type { WorkingStore } from './services/working/working-store.ts';

/** A store that is away holds none: what may be lost must not stop what is there. */
async function findWorking(
  { caller, logger }: Context,
  working: WorkingStore,
  ids: readonly string[],
): Promise<Memory[]> {
  if (ids.length === 0) return [];
  return working.find(caller.tenantId, ids).catch((err: unknown) => {
    logger.warn({ err }, 'WORKING memories could not be looked up');
    return [];
  });
}

async function loadMemories(ctx: Context, working: WorkingStore, ids: readonly string[]): Promise<(Memory | null)[]> {
  const stored: Memory[] = await ctx.readOnce((tx) => findMemories(tx, ids));
  const known = new Set(stored.map(({ id }) => id));
  const missing = ids.map((id) => id.toLowerCase()).filter((id) => !known.has(id));
  const found = [...stored, ...(await findWorking(ctx, working, missing))];
  const { projectId } = ctx.caller;
  const seen = new Map(
    found.filter((memory) => projectId === null || memory.projectId === projectId).map((memory) => [memory.id, memory]),
  );
  return ids.map((id) => seen.get(id.toLowerCase()) ?? null);
}

async function loadAnswers(ctx: Context, ids: readonly string[]): Promise<(Answer | null)[]> {
  const found = await ctx.readOnce((tx) => findAnswers(tx, ids));
  const { projectId } = ctx.caller;
  const seen = new Map(
    found.filter((answer) => projectId === null || answer.projectId === projectId).map((answer) => [answer.id, answer]),
  );
  return ids.map((id) => seen.get(id) ?? null);
}

async function loadDocuments(ctx: Context, ids: readonly string[]): Promise<(Document | null)[]> {
  const found = await ctx.readOnce((tx) => findDocuments(tx, ids));
  const { projectId } = ctx.caller;
  const seen = new Map(
    found
      .filter((document) => projectId === null || document.projectId === projectId)
      .map((document) => [document.id, document]),
  );
  return ids.map((id) => seen.get(id.toLowerCase()) ?? null);
}

async function loadHistory(ctx: Context, keys: readonly { memoryId: string; first: number }[]): Promise<Revision[][]> {
  const most = Math.max(...keys.map(({ first }) => first));
  const rows = await ctx.readOnce((tx) =>
    listRevisions(
      tx,
      keys.map(({ memoryId }) => memoryId),
      most,
    ),
  );
  return keys.map(({ memoryId, first }) => rows.filter((row) => row.memoryId === memoryId).slice(0, first));
}

async function loadUsage(ctx: Context, ids: readonly string[]): Promise<(Usage | null)[]> {
  const found = new Map((await ctx.readOnce((tx) => findUsage(tx, ids))).map((usage) => [usage.memoryId, usage]));
  return ids.map((id) => found.get(id) ?? null);
}

async function loadErasures(ctx: Context, ids: readonly string[]): Promise<(Erasure | null)[]> {
  const found = await ctx.readOnce((tx) => findErasures(tx, ids));
  const { projectId } = ctx.caller;
  const seen = found.filter((erasure) => projectId === null || erasure.projectId === projectId);
  return ids.map((id) => seen.find((erasure) => erasure.id === id) ?? null);
}

async function loadErasureParts(ctx: Context, ids: readonly string[]) {
  const parts = await ctx.readOnce((tx) => listErasureParts(tx, ids));
  return ids.map((id) => parts.filter(({ erasureId }) => erasureId === id));
}

async function loadSources(ctx: Context, keys: readonly { memoryId: string; first: number }[]): Promise<string[][]> {
  const most = Math.max(...keys.map(({ first }) => first));
  const ids = keys.map(({ memoryId }) => memoryId);
  const rows = Map.groupBy(await ctx.readOnce((tx) => listSources(tx, ids, most)), ({ memoryId }) => memoryId);
  return keys.map(({ memoryId, first }) => (rows.get(memoryId) ?? []).slice(0, first).map(({ sourceId }) => sourceId));
}

/** Loaders of one fetch, under the caller's tenant. */
export const createLoaders = (ctx: Context, working: WorkingStore): MemoryLoaders => ({
  erasure: new DataLoader((ids) => loadErasures(ctx, ids)),
  erasureParts: new DataLoader((ids) => loadErasureParts(ctx, ids)),
  memory: new DataLoader((ids) => loadMemories(ctx, working, ids)),
  usage: new DataLoader((ids) => loadUsage(ctx, ids)),
  answer: new DataLoader((ids) => loadAnswers(ctx, ids)),
  document: new DataLoader((ids) => loadDocuments(ctx, ids)),
  sources: new DataLoader((keys) => loadSources(ctx, keys), {
    cacheKeyFn: ({ memoryId, first }) => `${memoryId}/${first}`,
  }),
  history: new DataLoader((keys) => loadHistory(ctx, keys), {
    cacheKeyFn: ({ memoryId, first }) => `${memoryId}/${first}`,
  }),
});
