import type { Reranker } from '@rae/kernel';
import { rerank } from 'ai';
import type { TextMetering } from '../metered/meter-language-model.ts';
import type { Access } from './access.ts';
import { openReranking } from './open-models.ts';
import { explainRemoteError, unavailable } from './remote-error.ts';

export interface RemoteRerankerOptions extends Access {
  readonly provider: string;
  readonly model: string;
  readonly timeoutMs: number;
  readonly metering: TextMetering;
}

const MAX_RETRIES = 2;

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/**
 * Scores of texts in their order, each from 0 to 1. Where one lies outside, all are logits.
 *
 * @throws MODEL_UNAVAILABLE unless every text has one finite score
 */
export function toScores(
  id: string,
  ranking: readonly { readonly originalIndex: number; readonly score: number }[],
  count: number,
): number[] {
  const found = new Map(ranking.map(({ originalIndex, score }) => [originalIndex, score]));
  const scores = Array.from({ length: count }, (_, index) => found.get(index) ?? Number.NaN);
  if (ranking.length !== count || !scores.every(Number.isFinite))
    throw unavailable(id, `answered ${ranking.length} scores for ${count} texts, or some that are no numbers`);
  return scores.every((score) => score >= 0 && score <= 1) ? scores : scores.map(logistic);
}

/**
 * A reranker behind a provider's API. A call with its retries ends after `timeoutMs`.
 *
 * @throws BAD_USER_INPUT for an unknown provider, a missing key or address
 */
export function createRemoteReranker(options: RemoteRerankerOptions): Reranker {
  const { provider, model, timeoutMs, metering } = options;
  const id = `${provider}/${model}`;
  const opened = openReranking(provider, model, options, metering);
  const closed = new AbortController();
  return {
    id,
    local: opened.local,
    async rerank(query, texts, spend, caller) {
      const signals = { caller, timeout: AbortSignal.timeout(timeoutMs), closing: closed.signal };
      try {
        const { ranking } = await rerank({
          model: opened.paidBy(spend),
          query,
          documents: [...texts],
          maxRetries: MAX_RETRIES,
          abortSignal: AbortSignal.any([signals.timeout, signals.closing, ...(caller ? [caller] : [])]),
        });
        return toScores(id, ranking, texts.length);
      } catch (error) {
        throw explainRemoteError(id, error, signals, 'a ranking');
      }
    },
    async close() {
      closed.abort();
    },
  };
}
