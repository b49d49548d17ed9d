import { findFirst, once } from '@rae/database';
import { encodeCursor, recordEvent } from '@rae/events';
import { badInput, notFound, type Transaction, uuidv7 } from '@rae/kernel';
import { planSupersede } from '../../domain/changes.ts';
import type { Memory } from '../../domain/memory-row.ts';
import { type CreateMemoryInput, planMemory } from '../../domain/new-memory.ts';
import { findMemories } from '../../queries/find-memories.ts';
import { writeChange } from '../../queries/write-change.ts';
import type { MemoryContext } from '../memory-context.ts';
import { refuseWorking } from '../working/working-memories.ts';
import { changeEvent } from './change-memory.ts';
import { getMemory, getMemoryLocked } from './get-memory.ts';
import { findPolicies } from './memory-settings.ts';
import { embedNow, type PlannedMemory, type Vectors, writeMemories } from './write-memories.ts';

export type { CreateMemoryInput };

export interface SupersededMemory {
  readonly memory: Memory;
  readonly superseded: Memory;
  readonly cursor: string;
}

async function replace(ctx: MemoryContext, tx: Transaction, id: string, by: PlannedMemory, vectors: Vectors) {
  const old = await getMemoryLocked(tx, id);
  const [written] = await writeMemories(ctx, tx, old.projectId, [by], vectors);
  if (!written) throw new Error('nothing was written');
  const change = planSupersede(old, written.memory.id, tx.now);
  if (!change) throw new Error('a supersession changes the status');
  const superseded = await writeChange(tx, old, change);
  const position = await recordEvent(tx, changeEvent(superseded, change, { supersededBy: written.memory.id }));
  return { memory: written.memory, superseded, cursor: encodeCursor(position) };
}

type Kept = { memoryId: string; cursor: string };

async function readAgain(tx: Transaction, id: string, { memoryId, cursor }: Kept): Promise<SupersededMemory> {
  const found = await findMemories(tx, [memoryId, id]);
  const [memory, superseded] = [memoryId, id].map((wanted) => found.find((candidate) => candidate.id === wanted));
  if (!memory) throw notFound('memory', memoryId);
  if (!superseded) throw notFound('memory', id);
  return { memory, superseded, cursor };
}

/**
 * Replaces what is known without losing what was known: writes `by` as createMemory does, and marks the old one SUPERSEDED by
 * it. The old one is read by id, in lists by status, and by asOf as what was known until now. Its world time stays as it is
 * (a correction says nothing of when it held): updateMemory closes it with validTo. restoreMemory takes the supersession back.
 *
 * @throws NOT_FOUND for the old one; CONFLICT when it is superseded or archived already, or says the same itself;
 *   BAD_USER_INPUT naming the field of `by`, whose project is the old one's
 */
export async function supersedeMemory(
  ctx: MemoryContext,
  id: string,
  by: CreateMemoryInput,
): Promise<SupersededMemory> {
  const { idempotencyKey: key, ...input } = by;
  const now = ctx.clock.now();
  const known = await getMemory(ctx, id);
  refuseWorking(known, 'superseded');
  if (input.layer === 'WORKING') throw badInput('by.layer', 'cannot be WORKING: what is known would end by itself');
  const { projectId } = known;
  if (input.projectId && input.projectId !== projectId)
    throw badInput('by.projectId', "must be the old memory's project, or left out");
  const call = { field: 'supersedeMemory', key, input: { id, input } };
  const { policies, first } = await ctx.read(async (tx) => {
    const [found, policies] = await Promise.all([findFirst<Kept>(tx, call), findPolicies(tx, projectId)]);
    return { policies, first: found && (await readAgain(tx, id, found.result)) };
  });
  if (first) return first;
  const options = { now, dimensions: ctx.embedder.dimensions, policies };
  const planned = { id: uuidv7(now.getTime()), memory: planMemory(input, 'by', options) };
  const vectors = [await embedNow(ctx, planned, projectId)];
  return ctx.transact(async (tx) => {
    let done: SupersededMemory | null = null;
    const { result } = await once<Kept>(tx, call, async () => {
      const replaced = await replace(ctx, tx, id, planned, vectors);
      done = replaced;
      return { memoryId: replaced.memory.id, cursor: replaced.cursor };
    });
    return done ?? readAgain(tx, id, result);
  });
}
