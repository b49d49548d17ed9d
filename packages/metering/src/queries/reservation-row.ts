import type { Spend } from '@rae/kernel';
import type { Price } from '../prices/price.ts';

/** A new row of platform.reservations, in the database's names; money in nano-dollars as text, so that JSON keeps it exact. */
export interface ReservationRow extends SpendRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly subjects: Spend['subjects'];
  readonly status: 'HELD';
  readonly epoch: number;
  readonly asked_model: string;
  readonly provider: string;
  readonly model: string;
  readonly downgraded: boolean;
  readonly input_tokens: number;
  readonly max_output_tokens: number;
  /** Null: nobody knows the price. */
  readonly amount_nano: string | null;
  readonly amount_tokens: number;
  readonly input_nano: string | null;
  readonly price: Price | null;
  readonly created_at: Date;
  readonly expires_at: Date;
}

/** Who pays and what for, as reservations and ledger lines hold it. */
export interface SpendRow {
  readonly project_id: string;
  readonly user_id: string | null;
  readonly agent_id: string | null;
  readonly session_id: string | null;
  readonly api_key_id: string | null;
  readonly trigger_id: string | null;
  readonly execution_id: string | null;
  readonly run_id: string | null;
  readonly step_id: string | null;
  readonly operation: Spend['operation'];
}

/** What the input leaves out, the credential's own binding says. */
export const toSpendRow = ({ caller, cause, projectId, userId, agentId, sessionId, operation }: Spend): SpendRow => ({
  project_id: projectId,
  user_id: userId ?? caller.userId,
  agent_id: agentId ?? caller.agentId,
  session_id: sessionId ?? caller.sessionId,
  api_key_id: caller.apiKeyId,
  trigger_id: null,
  execution_id: cause.executionId,
  run_id: cause.runId,
  step_id: cause.stepId,
  operation,
});
