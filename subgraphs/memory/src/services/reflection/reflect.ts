import { encodeCursor, recordEvent } from '@rae/events';
import { projectToWrite } from '@rae/identity';
import {
  checkFirst,
  checkText,
  type JsonValue,
  notFound,
  PlatformError,
  type SpendSubject,
  spendOf,
  type Transaction,
  uuidv7,
} from '@rae/kernel';
import { type AnswerPart, EXTRACTIVE } from '../../domain/answer/answer.ts';
import { toEvidence } from '../../domain/answer/evidence.ts';
import { topicTerms, weightAmong } from '../../domain/answer/terms.ts';
import { checkFilter, type MemoryFilter } from '../../domain/memory-filter.ts';
import type { Memory } from '../../domain/memory-row.ts';
import { planMemory } from '../../domain/new-memory.ts';
import { clusterItems, likenesses } from '../../domain/reflect/clusters.ts';
import { levelOf, type ReflectionDraft, toReflection } from '../../domain/reflect/reflection.ts';
import { stateByExtraction } from '../../domain/reflect/statement.ts';
import { detectLanguage } from '../../engine/index.ts';
import { findMemories } from '../../queries/find-memories.ts';
import { type MemoryWithVector, readUnreflected } from '../../queries/read-unreflected.ts';
import { insertSources } from '../../queries/sources.ts';
import { checkPayer } from '../answers/answer-request.ts';
import { embedNow, type PlannedMemory, writeMemories } from '../memories/write-memories.ts';
import type { MemoryContext } from '../memory-context.ts';
import { payingProject } from '../paying-project.ts';
import { runOnce } from '../run-once.ts';
import { searchMemories } from '../search/search-memories.ts';
import { stateByModel } from './state-by-model.ts';

/** `input GenerateReflectionInput`; scalars are parsed, values are not checked yet. */
export interface ReflectRequest {
  readonly projectId?: string | null;
  readonly filter?: MemoryFilter | null;
  readonly focus?: string | null;
  readonly maxMemories: number;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly idempotencyKey?: string | null;
}

export interface Reflected {
  readonly reflections: readonly Memory[];
  readonly degraded: readonly AnswerPart[];
  /** Null: nothing was spent. */
  readonly costId: string | null;
  readonly cursor: string | null;
}

const MAX_MEMORIES = 200;
const MAX_FOCUS = 1_024;
/** Of one call: the largest groups. */
const MOST_REFLECTIONS = 8;
/** Of the best hit's score: what lies below is not what the focus is about. */
const IN_FOCUS = 0.5;

/** What it quotes was masked when it was written; here it is told of again, and stays where it stands. */
const AS_STORED = { secretPolicy: 'FLAG', personalDataPolicy: 'FLAG' } as const;

interface Plan {
  readonly projectId: string;
  readonly filter: MemoryFilter;
  readonly focus: string | null;
  readonly maxMemories: number;
  readonly payer: ReturnType<typeof checkPayer>;
}

/** The memories that the focus is about; null: no focus. */
async function findFocus(
  ctx: MemoryContext,
  { projectId, filter, focus, maxMemories, payer }: Plan,
  subject: SpendSubject,
) {
  if (focus === null) return { among: null, spent: false, degraded: [] };
  const request = { query: focus, filter: { ...filter, projectId }, limit: maxMemories, ...payer };
  const { hits, costId, degraded } = await searchMemories(ctx, request, subject);
  const least = (hits[0]?.score ?? 0) * IN_FOCUS;
  const among = hits.filter(({ score }) => score >= least).map(({ memory }) => memory.id);
  return { among, spent: costId !== null, degraded };
}

/** First what was remembered, then what was reflected: a reflection of reflections is a level higher. */
function passesOf({ layers }: MemoryFilter): MemoryFilter['layers'][] {
  const asked = layers?.length ? layers : (['EPISODIC', 'SEMANTIC', 'PROCEDURAL', 'REFLECTIVE'] as const);
  const told = asked.filter((layer) => layer !== 'REFLECTIVE');
  return [...(told.length > 0 ? [told] : []), ...(asked.includes('REFLECTIVE') ? [['REFLECTIVE'] as const] : [])];
}

/** Groups memories and states what each group has in common. */
function draft(read: readonly MemoryWithVector[]): ReflectionDraft[] {
  const found = [...read].reverse(); // oldest first, as they are told
  const items = found.map(({ memory, vector }) => ({
    terms: topicTerms(memory.content, detectLanguage(memory.content)),
    vector,
  }));
  const rarity = weightAmong(items.map(({ terms }) => terms));
  const groups = clusterItems(likenesses(items, rarity)).slice(0, MOST_REFLECTIONS);
  return groups.flatMap((group) => {
    const members = group.flatMap((at) => found[at]?.memory ?? []);
    const statement = stateByExtraction(
      members.map((memory) => toEvidence(memory, 0)),
      rarity,
    );
    return statement ? [{ statement, model: EXTRACTIVE, members, level: levelOf(members) }] : [];
  });
}

/** What is found to be reflected on, in extracted sentences. */
async function draftAll(ctx: MemoryContext, { projectId, filter, maxMemories }: Plan, among: readonly string[] | null) {
  const drafts: ReflectionDraft[] = [];
  for (const layers of passesOf(filter)) {
    const request = { projectId, filter: { ...filter, layers }, model: ctx.embedder.id, limit: maxMemories, among };
    drafts.push(...draft(await ctx.readOnce((tx) => readUnreflected(tx, request))));
  }
  return drafts;
}

/** The same in a model's words, where one is configured. */
async function state(
  ctx: MemoryContext,
  { projectId, focus, payer }: Plan,
  drafts: readonly ReflectionDraft[],
  subject: SpendSubject,
) {
  if (drafts.length === 0 || ctx.generator.defaultModel === null) return { drafts, spent: false, degraded: [] };
  const spend = spendOf(ctx, { projectId, operation: 'REFLECTION', ...payer, subjects: [subject] });
  const restated = await stateByModel(ctx, drafts, focus, spend);
  const reasons = new Set(restated.flatMap(({ reason }) => reason ?? []));
  return {
    drafts: restated.map((one) => one.draft),
    spent: restated.some(({ called }) => called),
    degraded: [...reasons].map((reason) => ({ part: 'MODEL', reason })),
  };
}

async function plan(
  ctx: MemoryContext,
  { projectId, focus, payer }: Plan,
  drafts: readonly ReflectionDraft[],
): Promise<{ planned: PlannedMemory; vector: Float32Array | null; draft: ReflectionDraft }[]> {
  const now = ctx.clock.now();
  const made = drafts.map(async (one) => {
    const { input, summary } = toReflection(one, focus, payer);
    const options = { now, dimensions: ctx.embedder.dimensions, policies: AS_STORED };
    const memory = { ...planMemory(input, 'input', options), speaker: null, summary };
    const planned = { id: uuidv7(now.getTime()), memory };
    return { planned, vector: await embedNow(ctx, planned, projectId), draft: one };
  });
  return Promise.all(made);
}

interface Written {
  [key: string]: JsonValue;
  ids: string[];
  cursor: string | null;
  degraded: { part: string; reason: string }[];
  costId: string | null;
}

async function write(
  ctx: MemoryContext,
  tx: Transaction,
  projectId: string,
  made: Awaited<ReturnType<typeof plan>>,
): Promise<Pick<Written, 'ids' | 'cursor'>> {
  const id = await projectToWrite(tx, projectId, 'input.projectId');
  const planned = made.map((one) => one.planned);
  const vectors = made.map(({ vector }) => vector);
  if (planned.length > 0) await writeMemories(ctx, tx, id, planned, vectors);
  let cursor: string | null = null;
  for (const { planned: reflection, draft: one } of made) {
    const sources = one.members.map((member) => member.id);
    if (!(await insertSources(tx, reflection.id, sources)))
      throw new PlatformError('CONFLICT', 'A memory was erased while it was reflected on; try again.', {
        retryable: true,
      });
    const payload = { memoryId: reflection.id, level: one.level, sources: sources.length };
    const event = { type: 'reflection.created', projectId: id, subject: reflection.id, payload };
    cursor = encodeCursor(await recordEvent(tx, event));
  }
  return { ids: planned.map((reflection) => reflection.id), cursor };
}

async function readAgain(ctx: MemoryContext, { ids, ...rest }: Written): Promise<Reflected> {
  const found = await ctx.readOnce((tx) => findMemories(tx, ids));
  const reflections = ids.map((id) => {
    const memory = found.find((candidate) => candidate.id === id);
    if (!memory) throw notFound('memory', id);
    return memory;
  });
  return { reflections, ...rest };
}

/**
 * Reflects on what was remembered since the last reflection: groups it by meaning and words, and writes what each group has in
 * common as a REFLECTIVE memory that names its sources, in the words of the configured language model as far as the sources
 * support them, else in the sources' own. Reflections that nothing was drawn from yet are reflected on as well, a level higher.
 * Nothing that belongs together: nothing is written. Idempotent under its key, also in what it pays.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there; CONFLICT (retryable) when a source is
 *   erased meanwhile, or an equal call is at it
 */
export async function reflect(ctx: MemoryContext, input: ReflectRequest): Promise<Reflected> {
  const { idempotencyKey: key, ...asked } = input;
  const maxMemories = checkFirst(input.maxMemories, MAX_MEMORIES, 'input.maxMemories');
  const filter = checkFilter(input.filter, ctx.clock.now());
  const focus =
    input.focus === null || input.focus === undefined ? null : checkText('input.focus', input.focus, MAX_FOCUS);
  const payer = checkPayer(input);
  const projectId = await payingProject(ctx, input.projectId ?? filter.projectId ?? null, 'input.projectId');
  const what: Plan = { projectId, filter, focus, maxMemories, payer };
  const written = await runOnce<Written>(ctx, { field: 'generateReflection', key, input: asked }, async (runId) => {
    const subject = { type: 'reflection', id: runId, weight: 1 };
    const focused = await findFocus(ctx, what, subject);
    const stated = await state(ctx, what, await draftAll(ctx, what, focused.among), subject);
    const made = await plan(ctx, what, stated.drafts);
    const degraded = [...focused.degraded, ...stated.degraded].map(({ part, reason }) => ({ part, reason }));
    const costId = focused.spent || stated.spent ? `reflection:${runId}` : null;
    return async (tx) => ({ ...(await write(ctx, tx, projectId, made)), degraded, costId });
  });
  return readAgain(ctx, written);
}
