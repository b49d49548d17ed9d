import { createHash } from 'node:crypto';
import { type Client, type CreateMemoryInput, type Memory, type MemoryFilter, paginate } from '@rae/sdk';

/** A memory that is known again by its id when it is loaded a second time. */
export interface MemoryToLoad {
  readonly id: string;
  readonly input: CreateMemoryInput & { readonly metadata?: Readonly<Record<string, unknown>> };
}

/** What a project holds of what is to be loaded. */
export interface LoadPlan {
  readonly missing: readonly MemoryToLoad[];
  readonly present: number;
  /** Ids of memories that were loaded from something else: another text under the same id, an id that is gone, a double. */
  readonly foreign: readonly string[];
}

type Loaded = Pick<Memory, 'id' | 'metadata'>;

/** As many as one transaction writes without holding up others. */
const BATCH = 100;
const PAGE = 200;

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);

/** Written into the metadata, so that a second run finds what is there already. */
const markOf = ({ id, input }: MemoryToLoad) => ({ corpusId: id, corpusHash: hash(input) });

function textOf(metadata: unknown, key: string): string | null {
  const value = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, key) : null;
  return typeof value === 'string' ? value : null;
}

/** The corpus id of a memory that was loaded; null for any other memory. */
export const corpusIdOf = ({ metadata }: Pick<Memory, 'metadata'>): string | null => textOf(metadata, 'corpusId');

const versionOf = (metadata: unknown): string => `${textOf(metadata, 'corpusHash')} ${textOf(metadata, 'corpusId')}`;

/** What has to be written, given what is there. Memories that were never loaded count as nothing. */
export function planLoad(wanted: readonly MemoryToLoad[], there: readonly Loaded[]): LoadPlan {
  const versions = new Map(wanted.map((item) => [versionOf(markOf(item)), item]));
  const foreign: string[] = [];
  for (const memory of there)
    if (!versions.delete(versionOf(memory.metadata)) && corpusIdOf(memory) !== null) foreign.push(memory.id);
  return { missing: [...versions.values()], present: wanted.length - versions.size, foreign };
}

/** Finds out what of `wanted` a project lacks, archived and superseded memories counting as there. */
export async function findMissing(
  client: Client,
  projectId: string,
  wanted: readonly MemoryToLoad[],
): Promise<LoadPlan> {
  const filter: MemoryFilter = { projectId, statuses: ['ACTIVE', 'ARCHIVED', 'SUPERSEDED'] };
  const there: Memory[] = [];
  const pages = paginate(client.memories, { filter, first: PAGE, orderBy: 'CREATED_AT_ASC' });
  for await (const memory of pages) there.push(memory);
  return planLoad(wanted, there);
}

/** The variables of one createMemories. */
interface Batch {
  readonly inputs: readonly CreateMemoryInput[];
  readonly idempotencyKey: string;
}

/**
 * Cuts what is to be written into calls of createMemories. The idempotencyKey of a call follows from what is in it, so that one
 * whose answer was lost, or that two runs send at the same time, writes once.
 */
export function toBatches(projectId: string, items: readonly MemoryToLoad[]): Batch[] {
  const inputs = items.map((item) => ({
    ...item.input,
    projectId,
    metadata: { ...item.input.metadata, ...markOf(item) },
  }));
  return Array.from({ length: Math.ceil(inputs.length / BATCH) }, (_, at) => {
    const batch = inputs.slice(at * BATCH, (at + 1) * BATCH);
    return { inputs: batch, idempotencyKey: `load-${hash(batch)}` };
  });
}

/** Writes memories, one batch after the other; `onWritten` hears after each how many are written. */
export async function writeMemories(
  client: Client,
  projectId: string,
  items: readonly MemoryToLoad[],
  onWritten: (written: number) => void,
): Promise<void> {
  let written = 0;
  for (const batch of toBatches(projectId, items)) {
    await client.createMemories(batch);
    written += batch.inputs.length;
    onWritten(written);
  }
}
