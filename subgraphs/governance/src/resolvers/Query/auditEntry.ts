import { getAuditEntry } from '@rae/audit';
import { checkUnbound } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const auditEntry = (_: unknown, { id }: { id: string }, ctx: GovernanceContext) => {
  checkUnbound(ctx.caller, 'auditEntry');
  return getAuditEntry(ctx, id);
};
