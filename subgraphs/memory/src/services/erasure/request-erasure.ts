import { appendAudit } from '@rae/audit';
import { once } from '@rae/database';
import { projectToRead } from '@rae/identity';
import { enqueue } from '@rae/jobs';
import { type JsonValue, notFound, type Transaction, uuidv7 } from '@rae/kernel';
import {
  checkErasureFilter,
  checkErasureSubject,
  checkReason,
  ERASE_MEMORIES,
  type Erasure,
  type ErasureCondition,
  type ErasureSubject,
} from '../../domain/erasure.ts';
import { matchesFilter } from '../../domain/match-filter.ts';
import type { GivenFilter, MemoryFilter } from '../../domain/memory-filter.ts';
import { findErasures, insertErasure } from '../../queries/erasures.ts';
import type { MemoryContext } from '../memory-context.ts';

/** `mutation eraseMemories`. */
export interface EraseMemoriesRequest {
  readonly filter: GivenFilter;
  readonly reason: string;
  readonly idempotencyKey?: string | null;
}

/** `input EraseSubjectInput`. */
export interface EraseSubjectInput extends Partial<Record<keyof ErasureSubject, string | null>> {
  readonly projectId?: string | null;
  readonly reason: string;
  readonly idempotencyKey?: string | null;
}

interface Asked {
  readonly field: 'eraseMemories' | 'eraseSubject';
  readonly key: string | null | undefined;
  readonly input: unknown;
  readonly project: { readonly asked: string | null; readonly field: string };
  readonly condition: ErasureCondition;
  /** Which WORKING memories; null: none. */
  readonly working: MemoryFilter | null;
  readonly reason: string;
}

/** Which conditions were given, not what they say: the audit log outlives what it tells of. */
const namesOf = (condition: ErasureCondition): JsonValue =>
  Object.entries(
    condition.kind === 'memories' ? (condition.filter ?? { layers: ['WORKING'] }) : condition.subject,
  ).flatMap(([name, value]) => (value === null || value === undefined ? [] : [name]));

async function write(tx: Transaction, { field, project, condition, reason }: Asked): Promise<string> {
  const projectId = await projectToRead(tx, project.asked, project.field);
  const id = uuidv7(tx.now.getTime());
  const detail = { projectId, reason, conditions: namesOf(condition) };
  const auditId = appendAudit(tx, { action: field, subject: `erasure:${id}`, detail });
  await insertErasure(tx, { id, projectId, condition, reason, auditId });
  await enqueue(tx, { kind: ERASE_MEMORIES, subject: id, payload: {} });
  return id;
}

/**
 * WORKING memories are not in the database: they are taken when the rest is asked for, and again when the call is repeated, so
 * that a process that dies in between leaves none to whoever insists.
 */
async function eraseWorking({ working, caller }: MemoryContext, erasure: Erasure, filter: MemoryFilter) {
  const { projectId, requestedAt } = erasure;
  const scope = { projectId, sessionId: filter.sessionId ?? null };
  for await (const memories of working.list(caller.tenantId, scope)) {
    const gone = memories.filter((memory) => memory.createdAt <= requestedAt && matchesFilter(memory, filter));
    if (gone.length > 0) await working.remove(caller.tenantId, gone);
  }
}

async function request(ctx: MemoryContext, asked: Asked): Promise<Erasure> {
  const erasure = await ctx.transact(async (tx) => {
    const { field, key, input } = asked;
    const { result } = await once(tx, { field, key, input }, async () => ({ id: await write(tx, asked) }));
    const [found] = await findErasures(tx, [result.id]);
    if (!found) throw notFound('erasure', result.id);
    return found;
  });
  if (asked.working) await eraseWorking(ctx, erasure, asked.working);
  return erasure;
}

/**
 * Takes away for good every memory that a filter matches, in every state and layer unless it says otherwise, with all that
 * was drawn from it; audited. What was written before the call is found, also by writers that are still at it; what is
 * written later is left. The work goes on behind the call: `completedAt` and `parts` of the erasure tell how far it is.
 * Idempotent under its key.
 *
 * @throws BAD_USER_INPUT for a filter without a condition beside the project; NOT_FOUND for a project that is not there
 */
export function eraseMatching(ctx: MemoryContext, { filter, reason, idempotencyKey }: EraseMemoriesRequest) {
  const { lasting, working } = checkErasureFilter(filter, ctx.clock.now());
  const { layers: _layers, projectId: _project, ...conditions } = filter;
  return request(ctx, {
    field: 'eraseMemories',
    key: idempotencyKey,
    input: { filter, reason },
    project: { asked: filter.projectId ?? null, field: 'filter.projectId' },
    condition: { kind: 'memories', filter: lasting },
    working: working ? conditions : null,
    reason: checkReason(reason, 'reason'),
  });
}

/**
 * Takes away for good everything that is held on a person, agent or session, in every subgraph; else as eraseMatching.
 * Where several ids are given, all must hold.
 *
 * @throws BAD_USER_INPUT when none of the three ids is given; NOT_FOUND for a project that is not there
 */
export function eraseSubject(ctx: MemoryContext, { idempotencyKey, ...input }: EraseSubjectInput) {
  const subject = checkErasureSubject(input);
  return request(ctx, {
    field: 'eraseSubject',
    key: idempotencyKey,
    input,
    project: { asked: input.projectId ?? null, field: 'input.projectId' },
    condition: { kind: 'subject', subject },
    working: subject,
    reason: checkReason(input.reason, 'input.reason'),
  });
}
