import type { Caller } from '@rae/kernel';

/** The identity of work that nobody asked for just now: the whole tenant, as the platform itself. */
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
