import { once } from '@rae/database';
import { type EventPosition, encodeCursor, recordEvents } from '@rae/events';
import { projectToWrite } from '@rae/identity';
import { badInput, isPlatformError, notFound, spendOf, type Transaction, uuidv7 } from '@rae/kernel';
import type { Memory } from '../domain/memory-row.ts';
import { type CreateMemoryInput, type NewMemory, planMemory } from '../domain/new-memory.ts';
import { indexedText, packLex, quantisationScale, quantise } from '../engine/index.ts';
import { findMemories } from '../queries/find-memories.ts';
import { insertMemories } from '../queries/insert-memories.ts';
import type { MemoryContext } from './memory-context.ts';
import { payingProject } from './paying-project.ts';

export type { CreateMemoryInput };

export const MAX_BATCH = 1_000;

export interface CreatedMemories {
  /** In input order. */
  readonly memories: readonly Memory[];
  readonly cursors: readonly string[];
  readonly pendingEmbeddings: number;
}

/** What is kept under the idempotencyKey. */
interface Created {
  [key: string]: string[] | number;
  ids: string[];
  cursors: string[];
  pending: number;
}

type Vectors = readonly (Float32Array | null)[];

/** A memory with the id that it is to have: what its vector costs is filed under it before it is written. */
interface Planned {
  readonly id: string;
  readonly memory: NewMemory;
}

/** A model that is away costs a memory nothing but its vector, for now: a job makes it up. */
async function embedNow(ctx: MemoryContext, { id, memory }: Planned, projectId: string): Promise<Float32Array | null> {
  const { embedder, logger, signal } = ctx;
  const { content, speaker, userId, agentId, sessionId } = memory;
  const subjects = [{ type: 'memory', id, weight: content.length }];
  const spend = spendOf(ctx, { projectId, userId, agentId, sessionId, operation: 'EMBEDDING', subjects });
  try {
    const [made] = await embedder.embed([indexedText(content, speaker)], 'document', spend, signal ?? undefined);
    return made ?? null;
  } catch (error) {
    if (!isPlatformError(error) || error.code !== 'MODEL_UNAVAILABLE') throw error;
    logger.warn(
      { model: embedder.id, err: error.message },
      'a memory is stored without its vector; a job will make it',
    );
    return null;
  }
}

/** Ids, sizes and labels; never content, which erasure must be able to take out of the world. */
const toEvent = (projectId: string, id: string, memory: NewMemory, embedded: boolean) => ({
  type: 'memory.created',
  projectId,
  subject: id,
  tags: memory.tags,
  payload: { memoryId: id, layer: memory.layer, characters: memory.content.length, embedded },
});

async function write(
  { embedder }: MemoryContext,
  tx: Transaction,
  projectId: string,
  planned: readonly Planned[],
  vectors: Vectors,
  last: boolean,
): Promise<{ created: Created; memories: Memory[] }> {
  const scale = quantisationScale(embedder.id, embedder.dimensions);
  const rows = planned.map(({ id, memory }, at) => {
    const vector = vectors[at];
    return {
      id,
      memory,
      lex: packLex(memory.content, memory.speaker),
      vector: vector ? quantise(vector, scale) : null,
    };
  });
  const inserted = insertMemories(tx, projectId, embedder.id, rows);
  const events = recordEvents(
    tx,
    rows.map(({ id, memory, vector }) => toEvent(projectId, id, memory, vector !== null)),
  );
  if (last) tx.seal();
  const [, positions] = await Promise.all([inserted, events]);
  const created = {
    ids: rows.map(({ id }) => id),
    cursors: positions.map((position: EventPosition) => encodeCursor(position)),
    pending: rows.filter(({ vector }) => !vector).length,
  };
  const unchanged = { supersededAt: null, supersededBy: null, archivedAt: null, version: 1 };
  const state = { projectId, status: 'ACTIVE', createdAt: tx.now, ...unchanged } as const;
  return { created, memories: rows.map(({ id, memory }) => ({ id, ...memory, ...state })) };
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

async function vectorsFor(
  ctx: MemoryContext,
  planned: readonly Planned[],
  embed: boolean,
  asked: string | null,
): Promise<Vectors> {
  const [first] = planned;
  if (!embed || !first || first.memory.embedding) return planned.map(({ memory }) => memory.embedding);
  return [await embedNow(ctx, first, await payingProject(ctx, asked, 'input.projectId'))];
}

async function create(
  ctx: MemoryContext,
  inputs: readonly CreateMemoryInput[],
  { field, path, key, embed }: Call,
): Promise<CreatedMemories> {
  const now = ctx.clock.now();
  const planned = inputs.map((input, at) => ({
    id: uuidv7(now.getTime()),
    memory: planMemory(input, path(at), now, ctx.embedder.dimensions),
  }));
  const [first] = inputs;
  if (inputs.some(({ projectId }) => (projectId ?? null) !== (first?.projectId ?? null)))
    throw badInput('inputs', 'must all name the same project, or none');
  const asked = first?.projectId ?? null;
  const vectors = await vectorsFor(ctx, planned, embed, asked);
  return ctx.transact(async (tx) => {
    const projectId = await projectToWrite(tx, asked, `${path(0)}.projectId`);
    let written: Memory[] | null = null;
    const { result } = await once<Created>(tx, { field, key, input: inputs }, async () => {
      const { created, memories } = await write(ctx, tx, projectId, planned, vectors, !key);
      written = memories;
      return created;
    });
    const memories = written ?? (await readAgain(tx, result.ids));
    return { memories, cursors: result.cursors, pendingEmbeddings: result.pending };
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
