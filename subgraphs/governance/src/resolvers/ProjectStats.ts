import { formatUsd, type SpendStats } from '@rae/metering';

export const ProjectStats = {
  usdToday: ({ nanoToday }: SpendStats) => formatUsd(nanoToday),
  usdThisMonth: ({ nanoThisMonth }: SpendStats) => formatUsd(nanoThisMonth),
  llmCallsToday: ({ callsToday }: SpendStats) => callsToday,
};
