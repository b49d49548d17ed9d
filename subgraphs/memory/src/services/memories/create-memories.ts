import { findFirst, once } from '@rae/database';
import { projectToWrite } from '@rae/identity';
import { badInput, notFound, type Transaction, uuidv7 } from '@rae/kernel';
import type { Memory } from '../../domain/memory-row.ts';
import { type CreateMemoryInput, planMemory } from '../../domain/new-memory.ts';
import { findMemories } from '../../queries/find-memories.ts';
import type { MemoryContext } from '../memory-context.ts';
import { createWorking } from '../working/working-memories.ts';
import { findPolicies } from './memory-settings.ts';
import { embedNow, writeMemories } from './write-memories.ts';

export type { CreateMemoryInput };

export const MAX_BATCH = 1_000;

export interface CreatedMemories {
  /** In input order. */
  readonly memories: readonly Memory[];
  /** Null for WORKING memories, which are in no log. */
  readonly cursors: readonly (string | null)[];
  /** An equal one was there already and was strengthened instead. */
  readonly deduplicated: readonly boolean[];
  readonly pendingEmbeddings: number;
}

/** What is kept under the idempotencyKey. */
interface Created {
  [key: string]: string[] | boolean[] | number;
  ids: string[];
  cursors: string[];
  deduplicated: boolean[];
  pending: number;
}

/** A repeat under a key gives the memories as they are now. @throws NOT_FOUND for one that was deleted since */
async function readAgain(tx: Transaction, ids: readonly string[]): Promise<Memory[]> {
  const found = new Map((await findMemories(tx, ids)).map((memory) => [memory.id, memory]));
  return ids.map((id) => {
    const memory = found.get(id);
    if (!memory) throw notFound('memory', id);
    return memory;
  });
}

interface Call {
  readonly field: 'createMemory' | 'createMemories';
  readonly path: (at: number) => string;
  readonly key: string | null | undefined;
  /** The vector of the one memory is made before the write, so that it is found by meaning at once. */
  readonly embed: boolean;
}

const toResult = (
  memories: readonly Memory[],
  { cursors, deduplicated, pending }: Pick<Created, 'deduplicated' | 'pending'> & Pick<CreatedMemories, 'cursors'>,
): CreatedMemories => ({ memories, cursors, deduplicated, pendingEmbeddings: pending });

const toWorkingResult = (memories: readonly Memory[]): CreatedMemories =>
  toResult(memories, { cursors: memories.map(() => null), deduplicated: memories.map(() => false), pending: 0 });

/** The project that all of a call name, or none does. */
function checkInputs(inputs: readonly CreateMemoryInput[]): { asked: string | null; working: boolean } {
  const asked = inputs[0]?.projectId ?? null;
  if (inputs.some(({ projectId }) => (projectId ?? null) !== asked))
    throw badInput('inputs', 'must all name the same project, or none');
  const working = inputs.filter(({ layer }) => layer === 'WORKING').length;
  if (working > 0 && working < inputs.length)
    throw badInput('inputs', 'must not mix WORKING and lasting layers: the first may be lost, the others never');
  return { asked, working: working > 0 };
}

/** What is to be known before a model is asked and paid, in one flight. `first`: what the call gave under its key before. */
const lookAhead = (ctx: MemoryContext, asked: string | null, { path, ...call }: Call & { input: unknown }) =>
  ctx.read(async (tx) => {
    const [projectId, policies, first] = await Promise.all([
      projectToWrite(tx, asked, `${path(0)}.projectId`),
      findPolicies(tx, asked),
      call.embed ? findFirst<Created>(tx, call) : null,
    ]);
    return { projectId, policies, first: first && toResult(await readAgain(tx, first.result.ids), first.result) };
  });

async function create(
  ctx: MemoryContext,
  inputs: readonly CreateMemoryInput[],
  { field, path, key, embed }: Call,
): Promise<CreatedMemories> {
  const { asked, working } = checkInputs(inputs);
  const call = { field, key, input: inputs };
  const { projectId, policies, first } = await lookAhead(ctx, asked, { ...call, path, embed: embed && !working });
  if (first) return first;
  const now = ctx.clock.now();
  const options = { now, dimensions: ctx.embedder.dimensions, policies };
  // Of one instant: sorted, so that ids rise in the order of the call.
  const ids = inputs.map(() => uuidv7(now.getTime())).sort();
  const planned = inputs.map((input, at) => ({
    id: ids[at] ?? uuidv7(now.getTime()),
    memory: planMemory(input, path(at), options),
  }));
  if (working) return toWorkingResult(await createWorking(ctx, planned, { ...call, projectId, now }));
  const vectors = await Promise.all(
    planned.map((one) => (embed ? embedNow(ctx, one, projectId) : one.memory.embedding)),
  );
  return ctx.transact(async (tx) => {
    let written: Memory[] | null = null;
    const { result } = await once<Created>(tx, call, async () => {
      const done = await writeMemories(ctx, tx, projectId, planned, vectors, !key);
      written = done.map(({ memory }) => memory);
      return {
        ids: done.map(({ memory }) => memory.id),
        cursors: done.map(({ cursor }) => cursor),
        deduplicated: done.map(({ deduplicated }) => deduplicated),
        pending: done.filter(({ pending }) => pending).length,
      };
    });
    return toResult(written ?? (await readAgain(tx, result.ids)), result);
  });
}

/**
 * Remembers one thing: its row, vector and `memory.created` in one transaction, so that the very next search finds it.
 * Idempotent under its key. While the embedding model is away it is found by words, and its vector follows.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there
 */
export const createMemory = (ctx: MemoryContext, input: CreateMemoryInput): Promise<CreatedMemories> => {
  const { idempotencyKey, ...asked } = input;
  return create(ctx, [asked], { field: 'createMemory', path: () => 'input', key: idempotencyKey, embed: true });
};

/**
 * Remembers up to 1 000 things of one project, all or none. They are found by words at once; vectors that were not given
 * are made in the background.
 *
 * @throws BAD_USER_INPUT naming the input and its field; NOT_FOUND for a project that is not there
 */
export function createMemories(
  ctx: MemoryContext,
  inputs: readonly CreateMemoryInput[],
  key: string | null | undefined,
): Promise<CreatedMemories> {
  if (inputs.length < 1 || inputs.length > MAX_BATCH)
    throw badInput('inputs', `must hold 1 to ${MAX_BATCH} memories, not ${inputs.length}`, {
      limit: MAX_BATCH,
      given: inputs.length,
    });
  const asked = inputs.map(({ idempotencyKey: _inner, ...input }) => input);
  return create(ctx, asked, { field: 'createMemories', path: (at) => `inputs[${at}]`, key, embed: false });
}
