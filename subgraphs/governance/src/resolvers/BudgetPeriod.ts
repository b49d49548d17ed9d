import { formatUsd, type BudgetPeriod as Period } from '@rae/metering';

export const BudgetPeriod = {
  usedUsd: ({ usedNano }: Period) => formatUsd(usedNano),
  limitUsd: ({ limitNano }: Period) => (limitNano === null ? null : formatUsd(limitNano)),
};
