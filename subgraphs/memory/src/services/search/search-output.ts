import { fitPrompt, type PromptFormat } from '../../domain/prompt-block.ts';
import { fitTokens } from '../../domain/token-budget.ts';
import { tokenCounter } from './count-tokens.ts';
import type { SearchHit, SearchResult } from './search-result.ts';

// What a hit takes of a token budget: its own text and its neighbours'.
const textsOf = ({ memory, context }: Pick<SearchHit, 'memory' | 'context'>): string[] =>
  [memory, ...context].map(({ content }) => content);

/** The hits that fit into a number of tokens with their neighbours, best first; null: all. */
export async function fitHits(hits: readonly SearchHit[], maxTokens: number | null): Promise<SearchHit[]> {
  if (maxTokens === null) return [...hits];
  const count = await tokenCounter();
  return fitTokens(hits, maxTokens, (hit) => textsOf(hit).reduce((sum, text) => sum + count(text), 0));
}

/** Tokens of a hit and its neighbours. */
export async function countHit(hit: SearchHit): Promise<number> {
  const count = await tokenCounter();
  return textsOf(hit).reduce((sum, text) => sum + count(text), 0);
}

/**
 * A result as one block for a model's prompt; a memory that stands there as one hit's neighbour is not repeated as another's.
 *
 * @param maxTokens the block is cut to; null: everything
 */
export async function promptOf(
  { hits }: SearchResult,
  format: PromptFormat,
  maxTokens: number | null,
): Promise<string> {
  const shown = new Set<string>();
  const items = hits.flatMap(({ memory, context }) =>
    [memory, ...context].flatMap((one) => {
      if (shown.has(one.id)) return [];
      shown.add(one.id);
      const { id, occurredAt, speaker, source, content } = one;
      return [{ id, occurredAt, speaker, source, content }];
    }),
  );
  const count = maxTokens === null ? () => 0 : await tokenCounter();
  return fitPrompt(items, format, maxTokens, count);
}
