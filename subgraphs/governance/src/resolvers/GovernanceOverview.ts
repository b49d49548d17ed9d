import { formatUsd, type GovernanceOverview as Overview } from '@rae/metering';

export const GovernanceOverview = {
  totalUsdToday: ({ nanoToday }: Overview) => formatUsd(nanoToday),
  totalUsdThisMonth: ({ nanoThisMonth }: Overview) => formatUsd(nanoThisMonth),
};
