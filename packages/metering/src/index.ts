export type { BudgetAction, BudgetInput } from './budgets/check-budget.ts';
export { deleteBudget } from './budgets/delete-budget.ts';
export { type RaiseInput, raiseBudget } from './budgets/raise-budget.ts';
export { getBudget, setBudget } from './budgets/set-budget.ts';
export {
  DEFAULT_SETTINGS,
  getTenantSettings,
  setTenantSettings,
  type TenantSettings,
  UNPRICED_POLICIES,
  type UnpricedPolicy,
} from './budgets/tenant-settings.ts';
export { type ImaginedCall, wouldAdmit } from './budgets/would-admit.ts';
export { type ForgetLabels, forgetLabels } from './forget-labels.ts';
export { ledgerSource } from './ledger-source.ts';
export type { UsedCall } from './line-use.ts';
export type { LocalCall } from './local-calls.ts';
export { createMetering, type Metering, type MeteringOptions } from './metering.ts';
export type { Payer } from './metering-context.ts';
export * from './money.ts';
export type { PlannedCall } from './planned-call.ts';
export * from './prices/cost-of.ts';
export { type ModelName, normaliseModel } from './prices/normalise-model.ts';
export * from './prices/price.ts';
export * from './prices/price-book.ts';
export { type ModelPriceInput, setModelPrice } from './prices/set-model-price.ts';
export type { ModelSince } from './queries/booked-calls.ts';
export { BUDGET_SCOPES, type BudgetScope, scopesOf } from './queries/budget-scopes.ts';
export {
  BUDGET_SQL,
  type Budget,
  type BudgetColumns,
  type BudgetRaise,
  findBudgets,
  findCoveringBudgets,
  toBudget,
} from './queries/find-budgets.ts';
export { findReservation, type Reservation, type ReservationStatus } from './queries/find-reservation.ts';
export { type BudgetPeriod, listPastWindows } from './queries/list-budget-windows.ts';
export { loadTariff, type Tariff } from './queries/load-tariff.ts';
export type { RecordedCall } from './record-call.ts';
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
export { findHoldingBudgets } from './reports/find-holding-budgets.ts';
export type { Forecast } from './reports/forecast.ts';
export { forecastBudget } from './reports/forecast-budget.ts';
export { type BudgetQuery, isBudgetVisible, listBudgets } from './reports/list-budgets.ts';
export { type CostLogOrder, type CostLogQuery, listCostLogs } from './reports/list-cost-logs.ts';
export { findReservations, listReservations, type ReservationQuery } from './reports/list-reservations.ts';
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
export type { Settled } from './settle-call.ts';
export * from './tokens.ts';
export * from './usage.ts';
export * from './windows.ts';
