import { badInput } from '@rae/kernel';
import { promptOf } from '../services/search/search-output.ts';
import type { SearchResult as Result } from '../services/search/search-result.ts';

interface Args {
  readonly format: 'MARKDOWN' | 'XML' | 'JSON';
  readonly maxTokens?: number | null;
}

export const SearchResult = {
  cost: ({ costId }: Result) => (costId ? { __typename: 'Cost', id: costId } : null),
  prompt(result: Result, { format, maxTokens }: Args) {
    if (typeof maxTokens === 'number' && maxTokens < 1)
      throw badInput('maxTokens', `must be at least 1, not ${maxTokens}`);
    return promptOf(result, format, maxTokens ?? null);
  },
};
