import { type VerifyArgs, verify } from '@rae/audit';
import { checkUnbound } from '@rae/identity';
import { ledgerSource } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';

export const verifyLedger = (_: unknown, args: VerifyArgs, ctx: GovernanceContext) => {
  checkUnbound(ctx.caller, 'verifyLedger');
  return verify(ctx, 'verifyLedger', ledgerSource, ctx.signer, args);
};
