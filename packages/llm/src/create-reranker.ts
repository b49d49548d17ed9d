import type { Reranker } from '@rae/kernel';
import { createTransformersReranker } from './local/transformers-reranker.ts';
import { DEFAULT_TIMEOUT_MS, type RerankerSettings } from './settings.ts';
import { toTextMetering } from './text-metering.ts';

/**
 * The reranker that `settings.model` names.
 *
 * @throws BAD_USER_INPUT for an unknown model, a missing key or address; MODEL_UNAVAILABLE when a local one cannot be opened
 */
export async function createReranker(settings: RerankerSettings): Promise<Reranker> {
  const [provider = '', ...rest] = settings.model.split('/');
  const model = rest.join('/');
  const { timeoutMs = DEFAULT_TIMEOUT_MS, assertOutsideTransaction } = settings;
  const open = async (): Promise<Reranker> => {
    if (provider === 'transformers' && model)
      return createTransformersReranker({ ...settings, id: settings.model, model, timeoutMs });
    const { createRemoteReranker } = await import('./remote/remote-reranker.ts');
    const metering = toTextMetering(settings, timeoutMs);
    return createRemoteReranker({ ...settings, provider, model, timeoutMs, metering });
  };
  const reranker = await open();
  return {
    ...reranker,
    async rerank(query, texts, spend, signal) {
      assertOutsideTransaction(`reranking with ${reranker.id}`);
      return texts.length === 0 ? [] : reranker.rerank(query, texts, spend, signal);
    },
  };
}
