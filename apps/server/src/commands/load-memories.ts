import { createHash } from 'node:crypto';
import type { Client, CreateMemoryInput, Memory } from './client.ts';

/** A memory that is known again by its id when it is loaded a second time. */
export interface LoadedMemory {
  readonly id: string;
  readonly input: CreateMemoryInput;
}

/** What a project holds of what was to be loaded. */
export interface LoadPlan {
  readonly missing: readonly LoadedMemory[];
  readonly present: number;
  /** Memories that were loaded from something else: another text under the same id, or an id that is gone. */
  readonly foreign: number;
}

/** As many as one transaction writes without holding up others. */
const BATCH = 100;
const PAGE = 200;

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);

/** Written into the metadata, so that a second run finds what is there already. */
const markOf = ({ id, input }: LoadedMemory) => ({ corpusId: id, hash: hash(input) });

/** The corpus id of a memory that was loaded; null for any other memory. */
export function corpusIdOf({ metadata }: Pick<Memory, 'metadata'>): string | null {
  if (typeof metadata !== 'object' || metadata === null || !('corpusId' in metadata)) return null;
  return typeof metadata.corpusId === 'string' ? metadata.corpusId : null;
}

const keyOf = (id: string, contentHash: string) => `${contentHash} ${id}`;

/** What has to be written, given the metadata of what is there. */
export function planLoad(wanted: readonly LoadedMemory[], there: readonly Pick<Memory, 'metadata'>[]): LoadPlan {
  const keys = new Set(
    there.flatMap(({ metadata }) => {
      const id = corpusIdOf({ metadata });
      return id === null ? [] : [keyOf(id, String((metadata as { hash?: unknown }).hash))];
    }),
  );
  const missing = wanted.filter((item) => !keys.has(keyOf(item.id, markOf(item).hash)));
  const present = wanted.length - missing.length;
  return { missing, present, foreign: keys.size - present };
}

/** Everything that a project holds, archived memories left out. */
async function listMemories(client: Client, projectId: string): Promise<Memory[]> {
  const found: Memory[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Client['memories']>> = await client.memories({
      filter: { projectId },
      first: PAGE,
      after,
      orderBy: 'CREATED_AT_ASC',
    });
    found.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

/** Finds out what of `wanted` a project lacks. */
export const findMissing = async (
  client: Client,
  projectId: string,
  wanted: readonly LoadedMemory[],
): Promise<LoadPlan> => planLoad(wanted, await listMemories(client, projectId));

/** The project of that name, made when there is none. */
export async function getProject(client: Client, name: string): Promise<string> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Client['projects']>> = await client.projects({ first: PAGE, after });
    const found = page.nodes.find((project) => project.name === name);
    if (found) return found.id;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return (await client.createProject({ input: { name } })).project.id;
}

/**
 * Writes memories in batches. The idempotencyKey of a batch follows from what is in it, so that a batch whose answer was lost,
 * or that two runs send at the same time, is written once.
 *
 * @param onWritten hears how many are written after each batch
 */
export async function writeMemories(
  client: Client,
  projectId: string,
  items: readonly LoadedMemory[],
  onWritten: (written: number) => void,
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    const batch = items.slice(at, at + BATCH);
    const inputs = batch.map((item) => ({
      ...item.input,
      projectId,
      metadata: { ...(item.input.metadata as object | undefined), ...markOf(item) },
    }));
    await client.createMemories({ inputs, idempotencyKey: `load-${hash(inputs)}` });
    onWritten(at + batch.length);
  }
}
