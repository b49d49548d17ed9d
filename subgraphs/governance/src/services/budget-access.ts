import { checkProjectId, checkUnbound, findApiKeys, isWithin, projectToRead } from '@rae/identity';
import { badInput, isUuid, notFound, type Transaction } from '@rae/kernel';
import type { Budget, BudgetScope } from '@rae/metering';

type Of = Pick<Budget, 'scope' | 'scopeId'>;

/** The ids of the caller's own binding: budgets of these cover its calls alone. */
const ownOf = (tx: Transaction): Readonly<Partial<Record<BudgetScope, string | null>>> => ({
  USER: tx.caller.userId,
  AGENT: tx.caller.agentId,
  SESSION: tx.caller.sessionId,
});

async function checkApiKey(tx: Transaction, id: string, field: string): Promise<void> {
  if (!isUuid(id)) throw badInput(field, 'must be the UUID of an API key');
  const [key] = await findApiKeys(tx, [id]);
  if (!key || !isWithin(tx.caller, key)) throw notFound('apiKey', id);
}

/**
 * Whether the caller may change budgets of a scope: of its own project, agent, user and keys, and of all others with a key that
 * is bound to nothing, as they cover more than a bound key does.
 *
 * @param action the root field
 * @throws FORBIDDEN for a bound key; NOT_FOUND for another tenant, and for a project or key that the tenant does not have or
 *   that the caller is not bound to; BAD_USER_INPUT naming the field for an id that is none
 */
export async function checkBudgetScope(tx: Transaction, { scope, scopeId }: Of, action: string, field: string) {
  if (scope === 'PROJECT') {
    checkProjectId(tx.caller, scopeId, field);
    await projectToRead(tx, scopeId, field);
  } else if (scope === 'API_KEY') await checkApiKey(tx, scopeId, field);
  else if (ownOf(tx)[scope] !== scopeId) checkUnbound(tx.caller, `${action} of a budget of ${scope}`);
  if (scope === 'TENANT' && scopeId.toLowerCase() !== tx.caller.tenantId) throw notFound('tenant', scopeId);
}
