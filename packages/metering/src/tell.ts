import type { Logger } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import { formatUsd, toUsdNumber } from './money.ts';
import type { BookedLine } from './queries/booked.ts';

/** Whose and what a log line is about. */
export interface ToldOf {
  readonly tenant: string;
  readonly model: string;
  readonly reason: string;
}

interface Outlets {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Log line and metrics of a booked line, once it is durable; an adjustment may lower no counter, so it is in the log alone. */
export function tellCost({ logger, metrics }: Outlets, tenant: string, line: BookedLine, reason: string): void {
  const model = `${line.provider}/${line.model}`;
  const tokens = line.inputTokens + line.outputTokens;
  const nano = line.costNano === null ? null : BigInt(line.costNano);
  const costUsd = nano === null ? null : formatUsd(nano);
  logger.info({ tenant, model, tokens, costUsd, reason, ledgerId: line.ledgerId }, '[COST]');
  for (const { type, budgetId, scope, scopeId, window, threshold, usedUsd, limitUsd } of line.told)
    logger.warn({ tenant, budgetId, scope, scopeId, window, threshold, usedUsd, limitUsd, reason: type }, '[COST]');
  if (line.kind === 'ADJUSTMENT') return;
  metrics.count('rae_cost_llm_calls_total', 'Calls to models', { tenant, model }, line.calls);
  metrics.count('rae_cost_tokens_total', 'Tokens of calls to models', { tenant }, tokens);
  metrics.observe('rae_cost_tokens_per_call', 'Tokens of one call to a model', tokens);
  if (nano !== null && nano > 0n)
    metrics.count('rae_cost_llm_total_usd', 'What calls to models cost, in USD', { tenant, model }, toUsdNumber(nano));
}

/** Log line and metric of a call that was refused; costUsd null: nobody knows the price. */
export function tellBlock(
  { logger, metrics }: Outlets,
  of: ToldOf & { readonly tokens: number; readonly costUsd: string | null; readonly budgetId: string | null },
): void {
  logger.warn({ ...of }, '[COST-BLOCK]');
  metrics.count('rae_cost_budget_rejections_total', 'Calls that budgets refused', { tenant: of.tenant });
}
