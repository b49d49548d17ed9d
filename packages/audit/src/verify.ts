import { badInput, type Context } from '@rae/kernel';
import { appendAudit } from './append-audit.ts';
import type { ChainSource } from './chain-source.ts';
import type { ChainSigner } from './checkpoints.ts';
import { type ChainVerification, verifyWholeChain } from './verify-chain.ts';

export interface VerifyArgs {
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/**
 * Verifies a chain of the caller's tenant, and notes in the audit log that it was done and what came of it.
 *
 * @param field the root field that asks, as the audit log has it
 * @returns also how long it took, in milliseconds
 * @throws BAD_USER_INPUT when `to` is before `from`
 */
export async function verify(
  ctx: Context,
  field: string,
  source: ChainSource,
  signer: ChainSigner,
  args: VerifyArgs,
): Promise<ChainVerification & { tookMs: number }> {
  const [from, to] = [args.from ?? null, args.to ?? null];
  if (from && to && to < from) throw badInput('to', 'must not be before from');
  const startedAt = performance.now();
  const result = await verifyWholeChain({ caller: ctx.caller, source, signer, read: ctx.read }, { from, to });
  const tookMs = performance.now() - startedAt;
  const { valid, entries, firstBrokenId, checkpoints } = result;
  const range = { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
  await ctx.transact(async (tx) =>
    appendAudit(tx, {
      action: field,
      subject: `tenant:${ctx.caller.tenantId}`,
      detail: { ...range, valid, entries, firstBrokenId, checkpoints },
    }),
  );
  return { ...result, tookMs };
}
