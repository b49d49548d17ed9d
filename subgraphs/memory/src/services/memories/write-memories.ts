import { type EventPosition, encodeCursor, recordEvents } from '@rae/events';
import { isPlatformError, spendOf, type Transaction } from '@rae/kernel';
import type { Memory } from '../../domain/memory-row.ts';
import type { NewMemory } from '../../domain/new-memory.ts';
import { planStrengthen } from '../../domain/strengthen.ts';
import { indexedText, packLex, quantisationScale, quantise } from '../../engine/index.ts';
import { findEqual } from '../../queries/find-equal.ts';
import { type InsertRow, insertMemories } from '../../queries/insert-memories.ts';
import { addUsage } from '../../queries/usage.ts';
import { writeChange } from '../../queries/write-change.ts';
import { enqueueEmbedding } from '../embedding/enqueue-embedding.ts';
import type { MemoryContext } from '../memory-context.ts';
import { changeEvent } from './change-memory.ts';

export type Vectors = readonly (Float32Array | null)[];

export interface WrittenMemory {
  readonly memory: Memory;
  readonly cursor: string;
  /** An equal one was there and was strengthened instead. */
  readonly deduplicated: boolean;
  /** Its vector is still to be made. */
  readonly pending: boolean;
}

/** A memory with the id that it is to have: what its vector costs is filed under it before it is written. */
export interface PlannedMemory {
  readonly id: string;
  readonly memory: NewMemory;
}

/**
 * The vector of a memory that is to be written; one that was given is kept. A model that is away costs the memory nothing
 * but its vector, for now: a job makes it up (null).
 *
 * @param projectId that pays
 */
export async function embedNow(
  ctx: MemoryContext,
  { id, memory }: PlannedMemory,
  projectId: string,
): Promise<Float32Array | null> {
  const { embedder, logger, signal } = ctx;
  const { content, speaker, userId, agentId, sessionId, embedding } = memory;
  if (embedding) return embedding;
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
const toEvent = (projectId: string, { id, memory, vector }: InsertRow) => ({
  type: 'memory.created',
  projectId,
  subject: id,
  tags: memory.tags,
  payload: { memoryId: id, layer: memory.layer, characters: memory.content.length, embedded: vector !== null },
});

const hexOf = ({ contentHash }: NewMemory): string | null => contentHash?.toString('hex') ?? null;

/** Writes rows and their events in one flight; `last`: nothing follows in this transaction. */
async function insert(
  { embedder }: MemoryContext,
  tx: Transaction,
  projectId: string,
  rows: readonly InsertRow[],
  last: boolean,
): Promise<WrittenMemory[]> {
  if (rows.length === 0) return [];
  const inserted = insertMemories(tx, projectId, embedder.id, rows);
  const events = recordEvents(
    tx,
    rows.map((row) => toEvent(projectId, row)),
  );
  const pending = rows.filter(({ vector }) => vector === null).map(({ id }) => id);
  const embedding = enqueueEmbedding(tx, pending);
  if (last) tx.seal();
  const [, positions] = await Promise.all([inserted, events, embedding]);
  const unchanged = { supersededAt: null, supersededBy: null, archivedAt: null, version: 1 };
  const state = { projectId, status: 'ACTIVE', createdAt: tx.now, ...unchanged } as const;
  return rows.map(({ id, memory: { embedding: _, contentHash: __, ...memory }, vector }, at) => ({
    memory: { id, ...memory, ...state },
    cursor: cursorAt(positions, at),
    deduplicated: false,
    pending: vector === null,
  }));
}

function cursorAt(positions: readonly EventPosition[], at: number): string {
  const position = positions[at];
  if (!position) throw new Error('the event log is not set up: platform.event_log has no row');
  return encodeCursor(position);
}

/** One after the other: the same memory may be told again several times in one call. */
async function strengthen(tx: Transaction, memory: Memory, given: NewMemory): Promise<WrittenMemory> {
  const change = planStrengthen(memory, given);
  const strengthened = await writeChange(tx, memory, change);
  await addUsage(tx, [{ memoryId: memory.id, uses: 1, usedAt: tx.now }]);
  const positions = await recordEvents(tx, [changeEvent(strengthened, change)]);
  return { memory: strengthened, cursor: cursorAt(positions, 0), deduplicated: true, pending: false };
}

/**
 * Writes memories of one project, each with its vector and `memory.created`. A SEMANTIC or PROCEDURAL one that says what an
 * active one of the project says strengthens that instead (`memory.strengthened`), within the call too.
 *
 * @param last nothing follows in this transaction
 * @returns one for each, in the same order
 */
export async function writeMemories(
  ctx: MemoryContext,
  tx: Transaction,
  projectId: string,
  planned: readonly PlannedMemory[],
  vectors: Vectors,
  last = false,
): Promise<WrittenMemory[]> {
  const hashes = planned.flatMap(({ memory }) => memory.contentHash ?? []);
  const equal = hashes.length > 0 ? await findEqual(tx, projectId, hashes) : new Map<string, Memory>();
  const scale = quantisationScale(ctx.embedder.id, ctx.embedder.dimensions);
  const seen = new Set(equal.keys());
  const fresh: InsertRow[] = [];
  for (const [at, { id, memory }] of planned.entries()) {
    const hash = hexOf(memory);
    if (hash !== null && seen.has(hash)) continue;
    if (hash !== null) seen.add(hash);
    const vector = vectors[at];
    const lex = packLex(memory.content, memory.speaker);
    fresh.push({ id, memory, lex, vector: vector ? quantise(vector, scale) : null });
  }
  const inserted = await insert(ctx, tx, projectId, fresh, last && fresh.length === planned.length);
  const byInput = new Map(fresh.map(({ memory }, at) => [memory, inserted[at]]));
  const results: WrittenMemory[] = [];
  for (const { memory } of planned) {
    const hash = hexOf(memory) ?? '';
    const own = byInput.get(memory);
    const known = equal.get(hash);
    const written = own ?? (known ? await strengthen(tx, known, memory) : null);
    if (!written) throw new Error('a memory was neither written nor found');
    equal.set(hash, written.memory);
    results.push(written);
  }
  return results;
}
