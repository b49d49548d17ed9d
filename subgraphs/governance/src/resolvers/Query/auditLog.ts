import { type AuditQuery, listAudit } from '@rae/audit';
import { checkUnbound } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const auditLog = (_: unknown, query: AuditQuery, ctx: GovernanceContext) => {
  checkUnbound(ctx.caller, 'auditLog');
  return listAudit(ctx, query);
};
