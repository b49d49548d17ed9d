import type { Embedder, Spend } from '@rae/kernel';
import { type CountTokens, NO_USAGE } from '@rae/metering';
import type { CacheSettings, GuardSettings } from './settings.ts';
import { createVectorCache } from './vector-cache.ts';

export interface EmbedderGuard extends GuardSettings, CacheSettings {
  /** Counts what a cached vector would have cost; left out for models that cost nothing. */
  readonly countTokens?: CountTokens;
}

/** Characters of a token on average: for models that nobody pays for, near enough. */
const CHARACTERS_PER_TOKEN = 4;

const nameOf = ({ id }: Embedder) => {
  const [provider = '', ...rest] = id.replace(/@\d+$/, '').split('/');
  return { provider, model: rest.join('/') };
};

/**
 * Puts in front of an embedder the rule that no model is called inside a transaction, and a cache of queries of one text.
 * Documents are not cached: they are embedded once. Calls of local models are counted; a vector from the cache that would
 * have cost money is a line of the ledger that says what it saved.
 */
export function guardEmbedder(embedder: Embedder, guard: EmbedderGuard): Embedder {
  const { assertOutsideTransaction, meter, onCache, countTokens } = guard;
  const cache = createVectorCache();
  const name = nameOf(embedder);
  const embed: Embedder['embed'] = async (texts, purpose, spend, signal) => {
    const vectors = await embedder.embed(texts, purpose, spend, signal);
    const characters = texts.reduce((sum, { length }) => sum + length, 0);
    if (embedder.local && texts.length > 0)
      meter?.recordLocal(spend, {
        ...name,
        inputTokens: Math.ceil(characters / CHARACTERS_PER_TOKEN),
        outputTokens: 0,
      });
    return vectors;
  };
  const bookHit = async (spend: Spend, text: string) => {
    if (embedder.local || !meter || !countTokens) return;
    const { tokens: inputTokens } = await countTokens(meter.prices.normalise(name.model, name.provider), text);
    await meter.record(spend, { ...name, usage: { ...NO_USAGE, inputTokens }, cacheHit: true, estimated: true });
  };
  return {
    ...embedder,
    async embed(texts, purpose, spend, signal) {
      assertOutsideTransaction(`embedding with ${embedder.id}`);
      const [text] = texts;
      if (purpose === 'document' || text === undefined || texts.length > 1) return embed(texts, purpose, spend, signal);
      const known = cache.find(text);
      onCache?.(known !== null);
      if (known) {
        await bookHit(spend, text);
        return [known];
      }
      const made = await embed(texts, purpose, spend, signal);
      for (const vector of made) cache.keep(text, vector);
      return made;
    },
  };
}
