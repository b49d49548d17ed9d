import { formatUsd, type Reservation as Hold } from '@rae/metering';
import type { GovernanceContext } from '../loaders.ts';

export const Reservation = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => ctx.loaders.reservations.load(id),
  model: ({ provider, model }: Hold) => (provider === '' ? model : `${provider}/${model}`),
  reservedUsd: ({ amountNano }: Hold) => formatUsd(amountNano ?? 0n),
  reservedTokens: ({ amountTokens }: Hold) => amountTokens,
  costLog: ({ ledgerId }: Hold, _: unknown, ctx: GovernanceContext) => ledgerId && ctx.loaders.costLogs.load(ledgerId),
};
