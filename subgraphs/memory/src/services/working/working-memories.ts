import { createHash } from 'node:crypto';
import { projectToRead } from '@rae/identity';
import {
  badInput,
  type Connection,
  canonicalJson,
  checkText,
  notFound,
  PlatformError,
  toConnection,
} from '@rae/kernel';
import type { planChange } from '../../domain/changes.ts';
import { matchesFilter } from '../../domain/match-filter.ts';
import type { MemoryFilter } from '../../domain/memory-filter.ts';
import type { Memory } from '../../domain/memory-row.ts';
import type { NewMemory } from '../../domain/new-memory.ts';
import { strengthOf } from '../../domain/strength.ts';
import { expiryOf, WORKING_TTL_SECONDS } from '../../domain/time-to-live.ts';
import type { MemoryOrder } from '../../queries/list-memories.ts';
import type { PlannedMemory } from '../memories/write-memories.ts';
import type { MemoryContext } from '../memory-context.ts';
import type { WorkingCall, WorkingMemory } from './working-store.ts';

const MAX_KEY = 200;

export const isWorking = (memory: Memory): memory is WorkingMemory => memory.layer === 'WORKING';

/** @throws CONFLICT: what ends by itself is neither archived nor superseded */
export function refuseWorking(memory: Memory, what: string): void {
  if (!isWorking(memory)) return;
  const message = `Memory ${memory.id} is a WORKING one, which cannot be ${what}: it ends by itself, or by deleteMemory.`;
  throw new PlatformError('CONFLICT', message, { memoryId: memory.id, layer: 'WORKING' });
}

const toWorking = ({ id, memory }: PlannedMemory, projectId: string, now: Date): WorkingMemory => {
  const { embedding: _, contentHash: __, ...said }: NewMemory = memory;
  const unchanged = { supersededAt: null, supersededBy: null, archivedAt: null, version: 1 };
  const expiresAt = said.expiresAt ?? expiryOf(now, WORKING_TTL_SECONDS);
  return { ...said, ...unchanged, id, projectId, layer: 'WORKING', status: 'ACTIVE', createdAt: now, expiresAt };
};

const toCall = (field: string, key: string | null | undefined, input: unknown): WorkingCall | null =>
  key === null || key === undefined
    ? null
    : {
        key: `${field}/${checkText('idempotencyKey', key, MAX_KEY)}`,
        hash: createHash('sha256').update(canonicalJson(input)).digest('hex'),
      };

export interface WorkingWrite {
  /** The root field, and the client's key. */
  readonly field: string;
  readonly key: string | null | undefined;
  readonly projectId: string;
  readonly input: unknown;
  /** When they were planned. */
  readonly now: Date;
}

/**
 * Keeps WORKING memories, each until its time is over. No row, event or vector is written.
 *
 * @throws CONFLICT above the tenant's cap; NOT_FOUND for what was lost under a repeated key
 */
export async function createWorking(
  ctx: MemoryContext,
  planned: readonly PlannedMemory[],
  { field, key, projectId, input, now }: WorkingWrite,
): Promise<WorkingMemory[]> {
  const { tenantId } = ctx.caller;
  const made = planned.map((one) => toWorking(one, projectId, now));
  const ids = await ctx.working.put(tenantId, made, toCall(field, key, input));
  if (ids[0] === made[0]?.id) return made;
  const found = new Map((await ctx.working.find(tenantId, ids)).map((memory) => [memory.id, memory]));
  return ids.map((id) => {
    const memory = found.get(id);
    if (!memory) throw notFound('memory', id);
    return memory;
  });
}

/** What a list is ordered by, as one number. */
function orderValue(memory: WorkingMemory, orderBy: MemoryOrder, now: Date): number {
  if (orderBy.startsWith('CREATED_AT')) return memory.createdAt.getTime();
  if (orderBy.startsWith('OCCURRED_AT')) return memory.occurredAt.getTime();
  return orderBy === 'STRENGTH_DESC'
    ? strengthOf({ ...memory, uses: 0, usedAt: memory.createdAt }, now)
    : memory.importance;
}

export interface WorkingListRequest {
  readonly filter: MemoryFilter;
  readonly orderBy: MemoryOrder;
  readonly first: number;
  readonly after: string | null;
}

interface Listed {
  readonly memory: WorkingMemory;
  readonly value: number;
}

/** Ties are broken by id, which rises with the time of making. */
const compare = (a: Omit<Listed, 'memory'> & { id: string }, b: typeof a): number =>
  a.value - b.value || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const keyOf = ({ memory, value }: Listed) => ({ value, id: memory.id });

function placeOf(position: readonly (string | number | null)[]) {
  const [value, id, strengthAt] = position;
  if (typeof value !== 'number' || typeof id !== 'string' || typeof strengthAt !== 'number')
    throw badInput('after', 'this is not a cursor of this list');
  return { value, id, strengthAt: new Date(strengthAt) };
}

/** A page of WORKING memories. They are few and short-lived: all of the project's, or the session's, are looked through. */
export async function listWorking(ctx: MemoryContext, request: WorkingListRequest): Promise<Connection<Memory>> {
  const { filter, orderBy, first } = request;
  const { tenantId } = ctx.caller;
  const list = `working memories ${orderBy} ${JSON.stringify(filter)}`;
  const after = request.after ? placeOf(ctx.cursors.decode(tenantId, list, request.after)) : null;
  const strengthAt = after?.strengthAt ?? ctx.clock.now();
  const projectId = await ctx.readOnce((tx) => projectToRead(tx, filter.projectId ?? null, 'filter.projectId'));
  const sign = orderBy.endsWith('DESC') ? -1 : 1;
  const rows: Listed[] = [];
  let total = 0;
  for await (const piece of ctx.working.list(tenantId, { projectId, sessionId: filter.sessionId ?? null })) {
    const fitting = piece.filter((memory) => matchesFilter(memory, filter));
    total += fitting.length;
    const listed = fitting.map((memory) => ({ memory, value: orderValue(memory, orderBy, strengthAt) }));
    rows.push(...listed.filter((row) => after === null || sign * compare(keyOf(row), after) > 0));
    rows.sort((a, b) => sign * compare(keyOf(a), keyOf(b))).splice(first + 1);
  }
  const page = toConnection(
    rows,
    first,
    after !== null,
    ({ memory, value }) => ctx.cursors.encode(tenantId, list, [value, memory.id, strengthAt.getTime()]),
    async () => total,
  );
  return {
    ...page,
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.memory })),
    nodes: page.nodes.map(({ memory }) => memory),
  };
}

/**
 * Changes a WORKING memory where it lies; it has no history.
 *
 * @throws CONFLICT (retryable) when somebody else changed it meanwhile; BAD_USER_INPUT for one that is never to end
 */
export async function updateWorking(
  ctx: MemoryContext,
  memory: WorkingMemory,
  change: ReturnType<typeof planChange>,
): Promise<Memory> {
  if (!change) return memory;
  const expiresAt = change.patch.expiresAt === undefined ? memory.expiresAt : change.patch.expiresAt;
  if (expiresAt === null) throw badInput('input.expiresAt', 'cannot be null: WORKING memories end');
  const next = { ...memory, ...change.patch, expiresAt, version: memory.version + 1 };
  if (await ctx.working.replace(ctx.caller.tenantId, memory, next)) return next;
  throw new PlatformError('CONFLICT', `Memory ${memory.id} was changed or ended meanwhile; try again.`, {
    memoryId: memory.id,
    retryable: true,
  });
}
