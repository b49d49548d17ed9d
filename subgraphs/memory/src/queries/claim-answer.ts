import type { Transaction } from '@rae/kernel';
import type { Lease } from './answer-frames.ts';

export interface NewAnswer {
  readonly id: string;
  readonly projectId: string;
  readonly question: string;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly traceId: string | null;
}

/** An answer that is not told of for so long is FAILED. */
export const LEASE_SECONDS = 6;

const INSERT = {
  name: 'answer_claim',
  text: `insert into memory.answer (tenant_id, id, project_id, question, user_id, agent_id, session_id, trace_id, created_at, status, lease_token, lease_until)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'RUNNING', $10, now() + make_interval(secs => ${LEASE_SECONDS}))`,
};
const TAKE_OVER = {
  name: 'answer_take_over',
  text: `update memory.answer set status = 'RUNNING', lease_token = $3, lease_until = now() + make_interval(secs => ${LEASE_SECONDS}),
      error = null, text = '', citations = '[]', degraded = '[]', search = null, finished_at = null
    where tenant_id = $1 and id = $2 and (status = 'FAILED' or (status = 'RUNNING' and lease_until < now())) returning 1`,
};
const RENEW = {
  name: 'answer_renew',
  text: `update memory.answer set lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
    where tenant_id = $1 and id = $2 and lease_token = $3 and status = 'RUNNING' returning 1`,
};

/** Writes an answer in the making, leased to `token`. */
export async function claimAnswer(tx: Transaction, answer: NewAnswer, token: string): Promise<void> {
  const { id, projectId, question, userId, agentId, sessionId, traceId } = answer;
  const values = [id, projectId, question, userId, agentId, sessionId, traceId, tx.now, token];
  await tx.query(INSERT, [tx.caller.tenantId, ...values]);
}

/** Leases an answer that failed, or whose process died, to `token`, to be made anew. False: somebody else was first. */
export const takeOverAnswer = async (tx: Transaction, { id, token }: Lease): Promise<boolean> =>
  (await tx.query(TAKE_OVER, [tx.caller.tenantId, id, token])).length > 0;

/** False: it was cancelled, erased or taken over, and is no longer the token's. */
export const renewAnswer = async (tx: Transaction, { id, token }: Lease): Promise<boolean> =>
  (await tx.query(RENEW, [tx.caller.tenantId, id, token])).length > 0;
