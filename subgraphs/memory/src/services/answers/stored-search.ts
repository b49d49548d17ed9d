import type { JsonValue } from '@rae/kernel';
import type { Memory } from '../../domain/memory-row.ts';
import type { MemoryContext } from '../memory-context.ts';
import type { SearchHit, SearchResult } from '../search/search-result.ts';

interface StoredHit extends Omit<SearchHit, 'memory' | 'context'> {
  readonly memoryId: string;
  readonly contextIds: readonly string[];
}

/** A search as it is kept with an answer: ids in place of memories, so that nothing of a memory outlives it. */
interface StoredSearch extends Omit<SearchResult, 'hits'> {
  readonly hits: readonly StoredHit[];
}

/** What is kept of a search. */
export function storeSearch({ hits, ...rest }: SearchResult): StoredSearch {
  const toStored = ({ memory, context, ...hit }: SearchHit): StoredHit => ({
    ...hit,
    memoryId: memory.id,
    contextIds: context.map(({ id }) => id),
  });
  return { ...rest, hits: hits.map(toStored) };
}

const isStored = (value: unknown): value is StoredSearch =>
  typeof value === 'object' && value !== null && 'hits' in value && Array.isArray(value.hits);

/** The search that an answer was drawn from, with its memories as they are now; those erased since are gone. Null: it is not kept. */
export async function restoreSearch(ctx: MemoryContext, kept: JsonValue): Promise<SearchResult | null> {
  const stored: unknown = kept;
  if (!isStored(stored)) return null;
  const found = async (ids: readonly string[]): Promise<Memory[]> =>
    (await Promise.all(ids.map((id) => ctx.loaders.memory.load(id)))).flatMap((memory) => memory ?? []);
  const hits = stored.hits.map(async ({ memoryId, contextIds, ...hit }): Promise<SearchHit[]> => {
    const [[memory], context] = await Promise.all([found([memoryId]), found(contextIds)]);
    return memory ? [{ ...hit, memory, context }] : [];
  });
  return { ...stored, hits: (await Promise.all(hits)).flat() };
}
