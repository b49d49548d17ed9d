import type { CostOperation, JsonValue } from '@rae/kernel';
import type { Price } from '../prices/price.ts';
import type { CostLogKind } from './cost-filter.ts';

/** A line of the ledger as reports show it; amounts in nano-USD. costNano and price are null where nobody knew the price. */
export interface CostLogRow {
  readonly number: string;
  readonly id: string;
  readonly kind: CostLogKind;
  readonly adjusts: string | null;
  readonly projectId: string;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly apiKeyId: string | null;
  readonly reservationId: string | null;
  readonly triggerId: string | null;
  readonly executionId: string | null;
  readonly workflowRunId: string | null;
  readonly stepId: string | null;
  readonly subjectType: string | null;
  readonly subjectId: string | null;
  readonly operation: CostOperation;
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  readonly calls: number;
  readonly priced: boolean;
  readonly costNano: string | null;
  readonly price: Price | null;
  readonly cacheHit: boolean;
  readonly savedNano: string;
  readonly estimated: boolean;
  readonly latencyMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  readonly traceId: string | null;
  readonly tags: readonly string[];
  readonly metadata: JsonValue;
  readonly hash: string;
  readonly occurredAt: Date;
  readonly createdAt: Date;
}

export const COST_LOG_COLUMNS = `l.number::text as number, l.id, l.kind, l.adjusts, l.project_id as "projectId",
  l.user_id as "userId", l.agent_id as "agentId", l.session_id as "sessionId", l.api_key_id as "apiKeyId",
  l.reservation_id as "reservationId", l.trigger_id as "triggerId", l.execution_id as "executionId",
  l.run_id as "workflowRunId", l.step_id as "stepId", l.subject_type as "subjectType", l.subject_id as "subjectId",
  l.operation, l.provider, l.model, l.input_tokens::float8 as "inputTokens", l.output_tokens::float8 as "outputTokens",
  l.cached_input_tokens::float8 as "cachedInputTokens", l.cache_write_tokens::float8 as "cacheWriteTokens",
  l.reasoning_tokens::float8 as "reasoningTokens", l.calls, l.priced, l.cost_nano::text as "costNano", l.price,
  l.cache_hit as "cacheHit", l.saved_nano::text as "savedNano", l.estimated, l.latency_ms::float8 as "latencyMs",
  l.ttft_ms::float8 as "timeToFirstTokenMs", l.trace_id as "traceId", l.tags, l.metadata, encode(l.hash, 'hex') as hash,
  l.occurred_at as "occurredAt", l.created_at as "createdAt"`;
