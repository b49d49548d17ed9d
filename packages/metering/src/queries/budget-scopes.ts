import type { Spend } from '@rae/kernel';

export const BUDGET_SCOPES = ['TENANT', 'PROJECT', 'USER', 'AGENT', 'SESSION', 'API_KEY'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** Scopes and their ids side by side, each pair once, as the SQL functions take them. */
export interface Scopes {
  readonly scopes: readonly BudgetScope[];
  readonly scopeIds: readonly string[];
}

/** Whose budgets cover a call: those that its input names, and those that its credential is bound to. */
export function scopesOf({
  caller,
  projectId,
  userId,
  agentId,
  sessionId,
}: Omit<Spend, 'operation' | 'subjects'>): Scopes {
  const pairs: [BudgetScope, string | null][] = [
    ['TENANT', caller.tenantId],
    ['PROJECT', projectId],
    ['USER', userId],
    ['USER', caller.userId],
    ['AGENT', agentId],
    ['AGENT', caller.agentId],
    ['SESSION', sessionId],
    ['SESSION', caller.sessionId],
    ['API_KEY', caller.apiKeyId],
  ];
  const named = pairs.flatMap(([scope, id]) => (id === null ? [] : [[scope, id] as const]));
  const once = new Map(named.map((pair) => [pair.join(':'), pair]));
  return {
    scopes: [...once.values()].map(([scope]) => scope),
    scopeIds: [...once.values()].map(([, id]) => id),
  };
}
