import { appendAudit } from '@rae/audit';
import { badInput, checkText, type Transaction, uuidv7 } from '@rae/kernel';
import { formatUsd, parseUsd } from '../money.ts';
import type { ModelName } from './normalise-model.ts';
import type { PriceBook, PriceOverride } from './price-book.ts';

/** `input SetModelPriceInput`: amounts in USD per million tokens. */
export interface ModelPriceInput {
  readonly provider: string;
  readonly model: string;
  readonly inputPerMillion: string;
  readonly outputPerMillion: string;
  readonly cachedInputPerMillion?: string | null;
  readonly cacheWritePerMillion?: string | null;
  /** Now when left out. */
  readonly effectiveFrom?: Date | null;
}

const MAX_NAME = 200;

const INSERT = {
  name: 'model_prices_insert',
  text: `insert into platform.model_prices (tenant_id, id, provider, model, input_per_million, output_per_million,
      cached_input_per_million, cache_write_per_million, effective_from, created_at, created_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
};

/** The exact amount as it is kept: without zeros that mean nothing. */
const amount = (field: string, text: string): string => formatUsd(parseUsd(field, text));
const optional = (field: string, text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : amount(field, text);

function checkName({ prices }: { readonly prices: PriceBook }, input: ModelPriceInput): ModelName {
  checkText('input.provider', input.provider, MAX_NAME);
  checkText('input.model', input.model, MAX_NAME);
  const name = prices.normalise(input.model, input.provider);
  if (name.provider && name.model) return name;
  throw badInput('input.model', 'must be the name of a model, such as gpt-4o of the provider openai');
}

/**
 * Sets what a model costs the tenant, from an instant on until its next own price begins. Of two that begin at the same
 * instant the one set last holds. Whoever calls has checked that the caller may, and re-prices what was called since.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export async function setModelPrice(
  tx: Transaction,
  book: { readonly prices: PriceBook },
  input: ModelPriceInput,
): Promise<PriceOverride> {
  const override: PriceOverride = {
    id: uuidv7(tx.now.getTime()),
    ...checkName(book, input),
    inputPerMillion: amount('input.inputPerMillion', input.inputPerMillion),
    outputPerMillion: amount('input.outputPerMillion', input.outputPerMillion),
    cachedInputPerMillion: optional('input.cachedInputPerMillion', input.cachedInputPerMillion),
    cacheWritePerMillion: optional('input.cacheWritePerMillion', input.cacheWritePerMillion),
    effectiveFrom: input.effectiveFrom ?? tx.now,
    createdAt: tx.now,
  };
  await tx.query(INSERT, [
    tx.caller.tenantId,
    override.id,
    override.provider,
    override.model,
    override.inputPerMillion,
    override.outputPerMillion,
    override.cachedInputPerMillion,
    override.cacheWritePerMillion,
    override.effectiveFrom,
    override.createdAt,
    tx.caller.actor,
  ]);
  const { id, createdAt: _now, effectiveFrom, ...rates } = override;
  const detail = { ...rates, effectiveFrom: effectiveFrom.toISOString() };
  appendAudit(tx, { action: 'setModelPrice', subject: `modelPrice:${id}`, detail });
  return override;
}
