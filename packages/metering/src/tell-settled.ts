import type { MeteringContext } from './metering-context.ts';
import type { SettleAnswer } from './queries/settle.ts';
import { tellCost } from './tell.ts';

/** A hold became a line, durably: the counters, the log and the metrics hear of it. */
export async function tellSettled(
  ctx: MeteringContext,
  tenantId: string,
  id: string,
  line: Extract<SettleAnswer, { outcome: 'BOOKED' }>,
  reason: string,
): Promise<void> {
  const nano = BigInt(line.costNano ?? 0);
  const tokens = line.inputTokens + line.outputTokens;
  if (line.kind === 'CALL') await ctx.side.end(id, line.windows, nano, tokens);
  else await ctx.side.add(line.windows, nano, tokens);
  tellCost(ctx, tenantId, line, reason);
}
