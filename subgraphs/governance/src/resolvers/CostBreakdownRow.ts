import { type CostSums, formatUsd } from '@rae/metering';

export const CostBreakdownRow = {
  usd: ({ costNano }: CostSums) => formatUsd(costNano),
  savedUsd: ({ savedNano }: CostSums) => formatUsd(savedNano),
};
