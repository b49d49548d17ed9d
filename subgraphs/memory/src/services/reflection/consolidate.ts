import { projectToWrite } from '@rae/identity';
import { type JsonValue, notFound, type Transaction, uuidv7 } from '@rae/kernel';
import type { AnswerPart } from '../../domain/answer/answer.ts';
import { planArchive, planSupersede } from '../../domain/changes.ts';
import type { Contradiction } from '../../domain/consolidate/contradictions.ts';
import { groupAlike, type Merge, type Promotion, planMerge, planPromotion } from '../../domain/consolidate/plan.ts';
import { checkFilter, type MemoryFilter } from '../../domain/memory-filter.ts';
import type { Memory } from '../../domain/memory-row.ts';
import { planMemory } from '../../domain/new-memory.ts';
import { findMemories } from '../../queries/find-memories.ts';
import { readCandidates } from '../../queries/read-candidates.ts';
import { insertSources } from '../../queries/sources.ts';
import { commitChange } from '../memories/change-memory.ts';
import { getMemoryLocked } from '../memories/get-memory.ts';
import { writeMemories } from '../memories/write-memories.ts';
import type { MemoryContext } from '../memory-context.ts';
import { payingProject } from '../paying-project.ts';
import { runOnce } from '../run-once.ts';
import { findContradictions, inTurns } from './find-contradictions.ts';

/** `input ConsolidateInput`; scalars are parsed, values are not checked yet. */
export interface ConsolidateRequest {
  readonly projectId?: string | null;
  readonly filter?: MemoryFilter | null;
  readonly dryRun: boolean;
  readonly idempotencyKey?: string | null;
}

export interface Consolidated {
  readonly promoted: readonly Memory[];
  readonly merged: readonly { readonly into: Memory | null; readonly from: readonly Memory[] }[];
  readonly archived: readonly Memory[];
  readonly contradicted: readonly Contradiction[];
  readonly degraded: readonly AnswerPart[];
  /** Null: nothing was spent. */
  readonly costId: string | null;
  readonly dryRun: boolean;
  readonly cursor: string | null;
}

/** Of one call, the newest: each is compared with all that are about the same. */
const MOST_CANDIDATES = 1_000;
const LAYERS_CONSOLIDATED = ['EPISODIC', 'SEMANTIC', 'PROCEDURAL'] as const;
/** What is promoted was masked when it was written, and is as it was. */
const AS_STORED = { secretPolicy: 'FLAG', personalDataPolicy: 'FLAG' } as const;

interface Plan {
  readonly promotions: readonly Promotion[];
  readonly merges: readonly Merge[];
  readonly contradicted: readonly Contradiction[];
  readonly degraded: readonly AnswerPart[];
  readonly costId: string | null;
}

const NOTHING: Plan = { promotions: [], merges: [], contradicted: [], degraded: [], costId: null };

async function plan(ctx: MemoryContext, projectId: string, filter: MemoryFilter, runId: string): Promise<Plan> {
  const wanted = filter.layers?.length ? filter.layers : LAYERS_CONSOLIDATED;
  const layers = wanted.filter((layer) => LAYERS_CONSOLIDATED.some((one) => one === layer));
  if (layers.length === 0) return NOTHING;
  const request = { ...filter, layers, statuses: ['ACTIVE'] } as const;
  const model = ctx.embedder.id;
  const candidates = await ctx.readOnce((tx) => readCandidates(tx, projectId, request, model, MOST_CANDIDATES));
  const groups = await inTurns(groupAlike(candidates));
  const merges = groups.flatMap((some) => planMerge(some) ?? []);
  const repeats = new Set(merges.flatMap(({ from }) => from.map(({ id }) => id)));
  const rest = candidates.filter(({ memory }) => !repeats.has(memory.id));
  const subject = { type: 'consolidation', id: runId, weight: 1 };
  const { spent, ...found } = await findContradictions(ctx, rest, projectId, subject);
  const promotions = groups.flatMap((some) => planPromotion(some) ?? []);
  return { promotions, merges, ...found, costId: spent ? `consolidation:${runId}` : null };
}

/** Kept under the idempotencyKey. */
interface Done {
  [key: string]: JsonValue;
  promoted: string[];
  merged: { into: string; from: string[] }[];
  archived: string[];
  contradicted: { older: string; newer: string; subject: string; property: string }[];
  degraded: { part: string; reason: string }[];
  costId: string | null;
  cursor: string | null;
}

/** What changed since it was read is left as it is: a memory that is no longer active, or gone. */
async function isActive(tx: Transaction, id: string): Promise<boolean> {
  const [found] = await findMemories(tx, [id]);
  return found !== undefined && (await getMemoryLocked(tx, id)).status === 'ACTIVE';
}

async function promote(
  ctx: MemoryContext,
  tx: Transaction,
  projectId: string,
  { best, episodes, archived }: Promotion,
  done: Done,
): Promise<void> {
  for (const { id } of episodes) if (!(await isActive(tx, id))) return;
  const { content, speaker, source, tags, userId, agentId, importance, occurredAt, validFrom, validTo } = best;
  const said = { content, source, tags, userId, agentId, importance, occurredAt, validFrom, validTo };
  const options = { now: tx.now, dimensions: ctx.embedder.dimensions, policies: AS_STORED };
  const memory = { ...planMemory({ ...said, layer: 'SEMANTIC' }, 'input', options), speaker };
  const [written] = await writeMemories(ctx, tx, projectId, [{ id: uuidv7(tx.now.getTime()), memory }], [null]);
  if (!written) throw new Error('nothing was written');
  const id = written.memory.id;
  await insertSources(
    tx,
    id,
    episodes.map((episode) => episode.id),
  );
  done.promoted.push(id);
  done.cursor = written.cursor;
  for (const repeat of archived) {
    const { cursor } = await commitChange(tx, repeat.id, (one, now) => planArchive(one, `promoted to ${id}`, now));
    done.archived.push(repeat.id);
    done.cursor = cursor ?? done.cursor;
  }
}

async function merge(tx: Transaction, { into, from }: Merge, done: Done): Promise<void> {
  if (!(await isActive(tx, into.id))) return;
  const merged: string[] = [];
  for (const { id } of from) {
    if (!(await isActive(tx, id))) continue;
    const { cursor } = await commitChange(tx, id, (one, now) => planSupersede(one, into.id, now));
    merged.push(id);
    done.cursor = cursor ?? done.cursor;
  }
  if (merged.length > 0) done.merged.push({ into: into.id, from: merged });
}

async function replace(tx: Transaction, { older, newer, subject, property }: Contradiction, done: Done): Promise<void> {
  if (!(await isActive(tx, newer.id)) || !(await isActive(tx, older.id))) return;
  const remarks = { contradicts: { subject, property } };
  const { cursor } = await commitChange(tx, older.id, (one, now) => planSupersede(one, newer.id, now, remarks));
  done.contradicted.push({ older: older.id, newer: newer.id, subject, property });
  done.cursor = cursor ?? done.cursor;
}

async function apply(ctx: MemoryContext, tx: Transaction, projectId: string, planned: Plan): Promise<Done> {
  const project = await projectToWrite(tx, projectId, 'input.projectId');
  const degraded = planned.degraded.map(({ part, reason }) => ({ part, reason }));
  const { costId } = planned;
  const done: Done = { promoted: [], merged: [], archived: [], contradicted: [], degraded, costId, cursor: null };
  for (const one of planned.merges) await merge(tx, one, done);
  for (const one of planned.contradicted) await replace(tx, one, done);
  for (const one of planned.promotions) await promote(ctx, tx, project, one, done);
  return done;
}

async function read(ctx: MemoryContext, done: Done): Promise<Consolidated> {
  const { promoted, merged, archived, contradicted, degraded, costId, cursor } = done;
  const ids = [
    ...promoted,
    ...archived,
    ...merged.flatMap(({ into, from }) => [into, ...from]),
    ...contradicted.flatMap(({ older, newer }) => [older, newer]),
  ];
  const found = new Map((await ctx.readOnce((tx) => findMemories(tx, ids))).map((memory) => [memory.id, memory]));
  const get = (id: string): Memory => {
    const memory = found.get(id);
    if (!memory) throw notFound('memory', id);
    return memory;
  };
  return {
    promoted: promoted.map(get),
    merged: merged.map(({ into, from }) => ({ into: get(into), from: from.map(get) })),
    archived: archived.map(get),
    contradicted: contradicted.map((one) => ({ ...one, older: get(one.older), newer: get(one.newer) })),
    degraded,
    costId,
    dryRun: false,
    cursor,
  };
}

/**
 * Brings order into the newest 1 000 memories that the filter lets through. Near-duplicates (cosine from .97, the same numbers
 * and negations, most words, layer, person, agent and speaker) of what is known are superseded by the best of them. Episodes
 * that repeat each other and were used 3 times in all are promoted: a SEMANTIC memory with them as its sources; those outside
 * of a conversation are archived, for it stands for them. Facts that a newer one contradicts in the same property of the same
 * subject are superseded by it, as the configured language model judges; without one they are left alone. restoreMemory takes
 * a supersession or an archiving back, archiveMemory a promotion.
 *
 * Under `dryRun` nothing is written: `promoted` are the episodes that would be, `into` is null; a model is asked all the same.
 * Idempotent under its key, also in what it pays.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there; CONFLICT (retryable) while an equal call
 *   is at it
 */
export async function consolidate(ctx: MemoryContext, input: ConsolidateRequest): Promise<Consolidated> {
  const { idempotencyKey: key, ...asked } = input;
  const filter = checkFilter(input.filter, ctx.clock.now());
  const projectId = await payingProject(ctx, input.projectId ?? filter.projectId ?? null, 'input.projectId');
  if (input.dryRun) {
    const { promotions, merges, ...found } = await plan(ctx, projectId, filter, uuidv7(ctx.clock.now().getTime()));
    const promoted = promotions.map(({ best }) => best);
    const merged = merges.map(({ from }) => ({ into: null, from }));
    const archived = promotions.flatMap((promotion) => promotion.archived);
    return { promoted, merged, archived, ...found, dryRun: true, cursor: null };
  }
  const done = await runOnce<Done>(ctx, { field: 'consolidateMemories', key, input: asked }, async (runId) => {
    const planned = await plan(ctx, projectId, filter, runId);
    return (tx) => apply(ctx, tx, projectId, planned);
  });
  return read(ctx, done);
}
