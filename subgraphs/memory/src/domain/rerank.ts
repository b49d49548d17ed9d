import type { SignalShare } from '../engine/search.ts';
import { scaleHit } from './merge-rankings.ts';

type Share = Omit<SignalShare, 'signal'> & { readonly signal: SignalShare['signal'] | 'RERANK' };

/** What a reranker's judgement counts beside the engine's score (as in the old platform: .7 model, .3 hybrid). */
const MODEL_SHARE = 0.7;

/**
 * Hits in the order of .7 × the reranker's score + .3 × their own, each with the reranker as a signal of its own, so that the shares
 * still add up.
 *
 * @param scores of the hits in their order, 0..1
 */
export function addRerank<Hit extends { readonly score: number; readonly signals: readonly Share[] }>(
  hits: readonly Hit[],
  scores: readonly number[],
): (Hit & { readonly rerankScore: number })[] {
  const judged = hits.map((hit, at) => {
    const rerankScore = scores[at] ?? 0;
    const rank = 1 + scores.filter((other) => other > rerankScore).length;
    const own = scaleHit(hit, 1 - MODEL_SHARE);
    const contribution = MODEL_SHARE * rerankScore;
    const share: Share = { signal: 'RERANK', rank, rawScore: rerankScore, contribution };
    return { ...own, rerankScore, score: own.score + contribution, signals: [...own.signals, share] };
  });
  return judged.sort((a, b) => b.score - a.score);
}
