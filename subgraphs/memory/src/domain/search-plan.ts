import { badInput, checkFirst, checkText } from '@rae/kernel';
import { checkFilter, type MemoryFilter } from './memory-filter.ts';
import { MAX_CONTENT } from './new-memory.ts';

/** `enum RetrievalSignal`. */
export type RetrievalSignal = AskedSignal | 'RERANK';
/** Those that may be asked for. */
export type AskedSignal = 'LEXICAL' | 'VECTOR' | 'GRAPH' | 'RECENCY' | 'IMPORTANCE';

/** `input RetrievalInput`; values are not checked yet, what is left out has the contract's default. */
export interface RetrievalRequest {
  readonly filter?: MemoryFilter | null;
  readonly limit?: number;
  readonly signals?: readonly RetrievalSignal[] | null;
  readonly useGraph?: boolean;
  readonly rerank?: boolean;
  readonly expandQuery?: boolean;
  readonly diversity?: number;
  readonly hops?: number;
  readonly contextWindow?: number;
  readonly maxTokens?: number | null;
  readonly minScore?: number | null;
}

/** `input SearchMemoriesInput`: with the question, and who pays. */
export interface SearchRequest extends RetrievalRequest {
  readonly query: string;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
}

/** A checked search. */
export interface SearchPlan {
  readonly text: string;
  readonly filter: MemoryFilter;
  readonly limit: number;
  /** Null: as the engine judges. */
  readonly signals: readonly AskedSignal[] | null;
  readonly useGraph: boolean;
  readonly rerank: boolean;
  readonly expandQuery: boolean;
  readonly diversity: number;
  readonly hops: number;
  readonly contextWindow: number;
  readonly maxTokens: number | null;
  readonly minScore: number;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
}

const MAX_ID = 256;

function checkRange(field: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw badInput(`input.${field}`, `must be ${least} to ${most}, not ${value}`, { limit: most, given: value });
}

const checkId = (field: string, value: string | null | undefined): string | null =>
  value === null || value === undefined ? null : checkText(`input.${field}`, value, MAX_ID);

function checkSignals(signals: readonly RetrievalSignal[]): AskedSignal[] {
  return [...new Set(signals)].map((signal) => {
    if (signal !== 'RERANK') return signal;
    throw badInput('input.signals', 'RERANK is shown in answers and cannot be asked for; `rerank` switches it');
  });
}

function checkTokens(value: number | null | undefined): number | null {
  if (value === null || value === undefined) return null;
  if (value >= 1) return value;
  throw badInput('input.maxTokens', `must be at least 1, not ${value}`, { limit: 1, given: value });
}

/**
 * Checks a search and fills in what was left out.
 *
 * @throws BAD_USER_INPUT naming the field, the limit and what was given
 */
export function planSearch(request: SearchRequest, now: Date): SearchPlan {
  return {
    text: checkText('input.query', request.query, MAX_CONTENT),
    filter: checkFilter(request.filter, now),
    limit: checkFirst(request.limit ?? 10, 200, 'input.limit'),
    signals: request.signals?.length ? checkSignals(request.signals) : null,
    useGraph: request.useGraph ?? true,
    rerank: request.rerank ?? true,
    expandQuery: request.expandQuery ?? false,
    diversity: checkRange('diversity', request.diversity ?? 0, 0, 1),
    hops: checkRange('hops', request.hops ?? 1, 1, 3),
    contextWindow: checkRange('contextWindow', request.contextWindow ?? 0, 0, 10),
    maxTokens: checkTokens(request.maxTokens),
    minScore: checkRange('minScore', request.minScore ?? 0, 0, 1),
    userId: checkId('userId', request.userId),
    agentId: checkId('agentId', request.agentId),
    sessionId: checkId('sessionId', request.sessionId),
  };
}
