import { checkFirst } from '@rae/kernel';
import type { Memory } from '../../domain/memory-row.ts';
import { likenessOf } from '../../domain/near-duplicates.ts';
import type { MemoryContext } from '../memory-context.ts';
import { isWorking } from '../working/working-memories.ts';
import { searchMemories } from './search-memories.ts';

/** Hits that are looked at; what is nearly equal is among the first. */
const LOOKED_AT = 50;

/**
 * Active memories of the same project and layer that say nearly the same, most alike first: a cosine of 0.97 (asked as a
 * question, so models that embed questions differently find fewer), or 0.8 of the words. Counts as no use.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200
 */
export async function findSimilar(ctx: MemoryContext, memory: Memory, first: number): Promise<Memory[]> {
  checkFirst(first);
  if (isWorking(memory)) return [];
  const { id, projectId, layer, content } = memory;
  const filter = { projectId, ...(layer === 'WORKING' ? {} : { layers: [layer] }) };
  const { hits } = await searchMemories(ctx, {
    query: content,
    filter,
    limit: LOOKED_AT,
    signals: ['LEXICAL', 'VECTOR'],
  });
  return hits
    .filter((hit) => hit.memory.id !== id)
    .flatMap((hit) => {
      const cosine = hit.signals.find(({ signal }) => signal === 'VECTOR')?.rawScore ?? null;
      const likeness = likenessOf(content, hit.memory.content, cosine);
      return likeness === null ? [] : [{ memory: hit.memory, likeness }];
    })
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, first)
    .map((hit) => hit.memory);
}
