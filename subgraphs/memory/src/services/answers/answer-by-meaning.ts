import { createHash } from 'node:crypto';
import { type Embedder, spendOf } from '@rae/kernel';
import { getTenantSettings, listCostLogs, NO_USAGE } from '@rae/metering';
import type { Outcome } from '../../domain/answer/answer.ts';
import { findSameMeaning, type KeptMeaning } from '../../domain/answer/same-meaning.ts';
import type { Memory } from '../../domain/memory-row.ts';
import { findMeanings, keepMeaning, shareSources } from '../../queries/answer-meanings.ts';
import type { MemoryContext } from '../memory-context.ts';
import type { CheckedAsk } from './answer-request.ts';

/** A question whose answer may be one that was given before. */
export interface Meaning {
  readonly projectId: string;
  readonly ask: CheckedAsk;
  /** Of the question; null: it has none. */
  readonly vector: Float32Array | null;
  /** What it found, by id. */
  readonly found: ReadonlyMap<string, Memory>;
}

/** The same embedder, and the vector that it made of a question, so that it is paid for once. */
export function listenToVector(embedder: Embedder): { embedder: Embedder; vector: () => Float32Array | null } {
  let heard: Float32Array | null = null;
  const embed: Embedder['embed'] = async (...given) => {
    const vectors = await embedder.embed(...given);
    heard ??= vectors[0] ?? null;
    return vectors;
  };
  return { embedder: { ...embedder, embed }, vector: () => heard };
}

/** Whether the tenant wants it, and a model would be paid. */
export async function isByMeaning(ctx: MemoryContext, { model }: CheckedAsk): Promise<boolean> {
  if ((model ?? ctx.generator.defaultModel) === null) return false;
  return (await ctx.readOnce(getTenantSettings)).answerCacheByMeaning;
}

/** Sorted at every depth, so that equal requests are equal texts. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Everything that an answer hangs on but its question: filter, settings, models, and for whom it is. */
function askedFor(ctx: MemoryContext, { search, model, maxOutputTokens, payer }: CheckedAsk): string {
  const { userId, agentId, sessionId } = ctx.caller;
  const asked = {
    search,
    model: model ?? ctx.generator.defaultModel,
    embedder: ctx.embedder.id,
    maxOutputTokens,
    payer,
    caller: { userId, agentId, sessionId },
  };
  return createHash('sha256').update(JSON.stringify(asked, sorted)).digest('hex');
}

/** Books what the call that wrote the answer would cost again. */
async function bookHit(ctx: MemoryContext, { projectId, ask }: Meaning, kept: KeptMeaning, answerId: string) {
  const subjects = [{ type: 'answer', id: answerId, weight: 1 }];
  const filter = { subjectType: 'answer', subjectId: kept.id, operation: 'QUERY', kind: 'CALL' } as const;
  const { nodes } = await listCostLogs(ctx, { filter, orderBy: 'CREATED_AT_DESC', first: 20 });
  const line = nodes.find(({ provider, model }) => `${provider}/${model}` === kept.model);
  if (!line) return;
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = line;
  const usage = { ...NO_USAGE, inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens };
  const spend = spendOf(ctx, { projectId, operation: 'QUERY', ...ask.payer, subjects });
  const { provider, model } = line;
  await ctx.meter.record(spend, { provider, model, usage, cacheHit: true });
}

/**
 * The answer that was given to a question of the same meaning, asked in the same way, as far as what it cites stands as it
 * stood. Null: there is none. The new answer then rests on all that the old one rests on.
 */
export async function answerByMeaning(ctx: MemoryContext, meaning: Meaning, answerId: string): Promise<Outcome | null> {
  const { ask, projectId, vector, found } = meaning;
  if (vector === null) return null;
  const kept = await ctx.readOnce((tx) => findMeanings(tx, projectId, askedFor(ctx, ask)));
  const same = findSameMeaning(ask.question, vector, found, kept);
  const sourceIds = same && (await ctx.transact((tx) => shareSources(tx, same.id, answerId)));
  ctx.metrics.count('rae_answer_cache_total', 'Questions by whether an answer of the same meaning was at hand', {
    hit: String(sourceIds !== null),
  });
  if (!same || !sourceIds) return null;
  await bookHit(ctx, meaning, same, answerId);
  const { text, citations, groundedness, model } = same;
  return { status: 'ANSWERED', text, citations, groundedness, model, degraded: [], sourceIds };
}

/** Lets an answer that a model wrote be given again. */
export async function keepAnswer(ctx: MemoryContext, meaning: Meaning, answerId: string, outcome: Outcome) {
  const { ask, projectId, vector, found } = meaning;
  if (vector === null || outcome.status !== 'ANSWERED' || outcome.degraded.length > 0) return;
  const cited = outcome.citations.flatMap(({ memoryId }): [string, number][] => {
    const memory = found.get(memoryId);
    return memory ? [[memoryId, memory.version]] : [];
  });
  if (cited.length === 0) return;
  const kept = { answerId, projectId, asked: askedFor(ctx, ask), vector, cited: Object.fromEntries(cited) };
  await ctx.transact((tx) => keepMeaning(tx, kept));
}
