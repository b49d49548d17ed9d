import type { JsonValue } from '@rae/kernel';
import type { Answer, AnswerError, AnswerPart, AnswerStatus, Citation } from '../domain/answer/answer.ts';

/** A row of memory.answer, as ANSWER_COLUMNS selects it. */
export interface AnswerRow {
  id: string;
  project_id: string;
  question: string;
  status: AnswerStatus;
  text: string;
  citations: Citation[];
  groundedness: number;
  search: JsonValue;
  model: string;
  degraded: AnswerPart[];
  user_id: string | null;
  agent_id: string | null;
  session_id: string | null;
  ttft_ms: number | null;
  took_ms: number | null;
  trace_id: string | null;
  error: AnswerError | null;
  created_at: Date;
  finished_at: Date | null;
}

/** A lease that is over ends the answer, whoever looks: its process is gone. */
export const ANSWER_COLUMNS = `id, project_id, question, case when status = 'RUNNING' and lease_until < now() then 'FAILED' else status end as status,
  text, citations, groundedness, search, model, degraded, user_id, agent_id, session_id, ttft_ms, took_ms, trace_id, error, created_at,
  case when status = 'RUNNING' and lease_until < now() then lease_until else finished_at end as finished_at`;

/** Single precision as it was meant: 0.3, not 0.30000001192092896. */
const asGiven = (value: number): number => Number(value.toPrecision(7));

export const toAnswer = (row: AnswerRow): Answer => ({
  id: row.id,
  projectId: row.project_id,
  question: row.question,
  status: row.status,
  text: row.text,
  citations: row.citations,
  groundedness: asGiven(row.groundedness),
  search: row.search,
  model: row.model,
  degraded: row.degraded,
  userId: row.user_id,
  agentId: row.agent_id,
  sessionId: row.session_id,
  timeToFirstTokenMs: row.ttft_ms === null ? null : asGiven(row.ttft_ms),
  tookMs: asGiven(row.took_ms ?? 0),
  traceId: row.trace_id,
  error: row.error,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});
