/** Where a price comes from; LOCAL models run on this machine and cost nothing. */
export const PRICE_ORIGINS = ['TABLE', 'OVERRIDE', 'PLUGIN', 'FALLBACK', 'LOCAL'] as const;
export type PriceOrigin = (typeof PRICE_ORIGINS)[number];

/** Tokens above `above` in the whole input make every token of the request cost `usd` per million. */
export interface PriceTier {
  readonly above: number;
  readonly usd: string;
}

/** USD per million tokens as decimal strings; tiers rise. */
export interface Rate {
  readonly usd: string;
  readonly tiers: readonly PriceTier[];
}

/**
 * What a model costs, as it is kept with reservations and ledger lines: plain JSON. Null rates: such tokens cost what
 * others of their direction cost.
 */
export interface Price {
  /** Names it for good: `table:openai/o3@2025-06-10`, or the UUID of an override. */
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly origin: PriceOrigin;
  readonly input: Rate;
  readonly output: Rate;
  readonly cachedInput: Rate | null;
  readonly cacheWrite: Rate | null;
  readonly reasoning: Rate | null;
  /** USD a request, besides its tokens. */
  readonly requestUsd: string;
  /** ISO 8601. 1970-01-01T00:00:00.000Z where the table names no date. */
  readonly effectiveFrom: string;
  /** ISO 8601; null: until further notice. */
  readonly effectiveTo: string | null;
}

/** A rate without tiers. */
export const flatRate = (usd: string): Rate => ({ usd, tiers: [] });

const FREE = flatRate('0');

/** The price of a model that runs on this machine. */
export const localPrice = (provider: string, model: string): Price => ({
  id: `local:${provider}/${model}`,
  provider,
  model,
  origin: 'LOCAL',
  input: FREE,
  output: FREE,
  cachedInput: null,
  cacheWrite: null,
  reasoning: null,
  requestUsd: '0',
  effectiveFrom: '1970-01-01T00:00:00.000Z',
  effectiveTo: null,
});
