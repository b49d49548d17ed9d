import { formatUsd, type BudgetRaise as Raise } from '@rae/metering';

export const BudgetRaise = {
  extraUsd: ({ extraNano }: Raise) => (extraNano > 0n ? formatUsd(extraNano) : null),
  extraTokens: ({ extraTokens }: Raise) => (extraTokens > 0 ? extraTokens : null),
};
