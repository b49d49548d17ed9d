export * from './money.ts';
export * from './prices/cost-of.ts';
export { type ModelName, normaliseModel } from './prices/normalise-model.ts';
export * from './prices/price.ts';
export * from './prices/price-book.ts';
export {
  COST_BREAKDOWN_ORDERS,
  COST_DIMENSIONS,
  type CostBreakdownInput,
  type CostBreakdownOrder,
  type CostDimension,
} from './reports/breakdown-input.ts';
export { type CostBreakdown, type CostBreakdownRow, type CostSums, costBreakdown } from './reports/cost-breakdown.ts';
export type { CostLogFilter, CostLogKind } from './reports/cost-filter.ts';
export type { CostLogRow } from './reports/cost-log.ts';
export { findCostLogs } from './reports/find-cost-logs.ts';
export { type CostLogOrder, type CostLogQuery, listCostLogs } from './reports/list-cost-logs.ts';
export { type GovernanceOverview, readOverview } from './reports/overview.ts';
export {
  type CostRef,
  type CostTotals,
  type PaidBy,
  readCostLog,
  readCosts,
  readPayers,
} from './reports/read-costs.ts';
export { rollUp } from './reports/roll-up.ts';
export { type RollUpOptions, rollUpAll, runRollUp } from './reports/run-roll-up.ts';
export {
  NO_STATS,
  readSpendStats,
  readTenantStats,
  type SpendStats,
  type TenantStats,
} from './reports/tenant-stats.ts';
export * from './usage.ts';
