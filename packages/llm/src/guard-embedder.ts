import type { Embedder } from '@rae/kernel';
import type { GuardSettings } from './settings.ts';
import { createVectorCache } from './vector-cache.ts';

/**
 * Puts the rule that no model is called inside a transaction, and a cache of queries of one text, in front of an
 * embedder. Documents are not cached: they are embedded once.
 */
export function guardEmbedder(embedder: Embedder, { assertOutsideTransaction, onCache }: GuardSettings): Embedder {
  const cache = createVectorCache();
  return {
    ...embedder,
    async embed(texts, purpose, spend, signal) {
      assertOutsideTransaction(`embedding with ${embedder.id}`);
      const [text] = texts;
      if (purpose === 'document' || text === undefined || texts.length > 1)
        return embedder.embed(texts, purpose, spend, signal);
      const known = cache.find(text);
      onCache?.(known !== null);
      if (known) return [known];
      const made = await embedder.embed(texts, purpose, spend, signal);
      for (const vector of made) cache.keep(text, vector);
      return made;
    },
  };
}
