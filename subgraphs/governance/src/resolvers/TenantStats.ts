import { formatUsd, type TenantStats as Stats } from '@rae/metering';

export const TenantStats = {
  usdToday: ({ nanoToday }: Stats) => formatUsd(nanoToday),
  usdThisMonth: ({ nanoThisMonth }: Stats) => formatUsd(nanoThisMonth),
  budgetUsedShare: ({ usedShare }: Stats) => usedShare,
  rejectedRequests: ({ rejected }: Stats) => rejected,
  llmCallsToday: ({ callsToday }: Stats) => callsToday,
  unpricedCallsToday: ({ unpricedToday }: Stats) => unpricedToday,
  savedUsdThisMonth: ({ savedNanoThisMonth }: Stats) => formatUsd(savedNanoThisMonth),
};
