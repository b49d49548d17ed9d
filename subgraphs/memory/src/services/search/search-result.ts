import type { Memory } from '../../domain/memory-row.ts';
import type { FoundHit } from './search-project.ts';

export interface Degradation {
  readonly part: string;
  readonly reason: string;
}

export interface SearchHit {
  readonly memory: Memory;
  readonly score: number;
  /** 0..1; null where no reranker took part. */
  readonly rerankScore: number | null;
  readonly signals: FoundHit['signals'];
  /** Its neighbours, in the order of the conversation or document. */
  readonly context: readonly Memory[];
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  /** The question as it was asked, then those it was expanded to. */
  readonly queries: readonly string[];
  readonly degraded: readonly Degradation[];
  /** Id of its `Cost`; null when nothing was spent. */
  readonly costId: string | null;
  readonly tookMs: number;
}
