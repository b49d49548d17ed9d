import { auditSource, type VerifyArgs, verify } from '@rae/audit';
import { checkUnbound } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const verifyAuditLog = (_: unknown, args: VerifyArgs, ctx: GovernanceContext) => {
  checkUnbound(ctx.caller, 'verifyAuditLog');
  return verify(ctx, 'verifyAuditLog', auditSource, ctx.signer, args);
};
