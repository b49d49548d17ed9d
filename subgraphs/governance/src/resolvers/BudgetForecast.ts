import { type Forecast, formatUsd } from '@rae/metering';

export const BudgetForecast = {
  projectedUsd: ({ projectedNano }: Forecast) => formatUsd(projectedNano),
  low: ({ lowNano }: Forecast) => formatUsd(lowNano),
  high: ({ highNano }: Forecast) => formatUsd(highNano),
};
