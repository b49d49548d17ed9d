import type { Role } from './roles.ts';

/**
 * Who asks, as the credential says; nothing of it comes from a header or an argument.
 * projectId null: the whole tenant. apiKeyId null: a JWT. actor: `key:<id>`, `user:<sub>` or `system:<part>`.
 */
export interface Caller {
  readonly tenantId: string;
  readonly actor: string;
  readonly roles: readonly Role[];
  readonly projectId: string | null;
  readonly apiKeyId: string | null;
  readonly agentId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
}

/** Who does what nobody asked for just now: the platform itself, in the whole of a tenant ('': of none yet). */
export const systemOf = (tenantId: string, part: string): Caller => ({
  tenantId,
  actor: `system:${part}`,
  roles: [],
  projectId: null,
  apiKeyId: null,
  agentId: null,
  userId: null,
  sessionId: null,
});

/** What led to this call: the event (and how long the chain already is), the execution, the run and its step. All null for a client's own request. */
export interface Cause {
  readonly eventId: string | null;
  readonly depth: number;
  readonly executionId: string | null;
  readonly runId: string | null;
  readonly stepId: string | null;
}

export const NO_CAUSE: Cause = { eventId: null, depth: 0, executionId: null, runId: null, stepId: null };
