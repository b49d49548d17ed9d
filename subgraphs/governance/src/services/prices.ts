import { checkUnbound } from '@rae/identity';
import { badInput, type Connection, type Context, checkFirst, toConnection } from '@rae/kernel';
import {
  checkUsage,
  costOf,
  findCoveringBudgets,
  formatUsd,
  getTenantSettings,
  loadTariff,
  localPrice,
  type Metering,
  type ModelPriceInput,
  NO_USAGE,
  type Price,
  scopesOf,
  setModelPrice as set,
  toOverridePrice,
  wouldAdmit,
} from '@rae/metering';
import type { ConfiguredModel } from '../domain/configured-model.ts';

export interface PriceContext extends Context {
  readonly metering: Metering;
  readonly models: readonly ConfiguredModel[];
}

/** `modelPrices`: those in force at `at`. */
export interface PriceQuery {
  readonly provider?: string | null;
  readonly model?: string | null;
  readonly at?: Date | null;
  readonly first: number;
  readonly after?: string | null;
}

const keyOf = ({ provider, model }: { provider: string; model: string }) => `${provider}/${model}`;

/** What models cost at an instant, by provider and model: the tenant's own price where it set one, else the shipped one. */
export async function listPrices(ctx: PriceContext, query: PriceQuery): Promise<Connection<Price>> {
  const { provider, model, at, first, after } = query;
  checkFirst(first);
  const { prices } = ctx.metering;
  const { overrides } = await ctx.readOnce(loadTariff);
  const wanted = model ? prices.normalise(model, provider) : null;
  const seller = provider ? prices.normalise('', provider).provider : null;
  const found = prices
    .listAt(at ?? ctx.clock.now(), overrides)
    .filter((price) => (wanted ? keyOf(price) === keyOf(wanted) : seller === null || price.provider === seller));
  const exact =
    wanted && found.length === 0
      ? prices.priceAt(wanted.provider, wanted.model, at ?? ctx.clock.now(), overrides)
      : null;
  const all = exact ? [exact] : found;
  const list = JSON.stringify(['modelPrices', provider ?? null, model ?? null, at?.toISOString() ?? null]);
  const [from] = after ? ctx.cursors.decode(ctx.caller.tenantId, list, after) : [null];
  const rest = from === null || from === undefined ? all : all.filter((price) => keyOf(price) > String(from));
  return toConnection(
    rest.slice(0, first + 1),
    first,
    rest.length < all.length,
    (price) => ctx.cursors.encode(ctx.caller.tenantId, list, [keyOf(price)]),
    async () => all.length,
  );
}

/** The price that an id names, shipped or the tenant's own; null: there is none. */
export async function findPrice(ctx: PriceContext, id: string): Promise<Price | null> {
  const shipped = ctx.metering.prices.findById(id);
  if (shipped) return shipped;
  const { overrides } = await ctx.readOnce(loadTariff);
  const own = overrides.find((override) => override.id === id);
  return own ? toOverridePrice(own, null) : null;
}

/** `input EstimateCostInput`. */
export interface EstimateInput {
  readonly provider?: string | null;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly at?: Date | null;
}

/**
 * What a call would cost, and whether the caller's budgets would let it through now. Nothing is held.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export async function estimateCost(ctx: PriceContext, input: EstimateInput) {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens } = input;
  const usage = checkUsage('input', {
    ...NO_USAGE,
    inputTokens,
    outputTokens,
    cachedInputTokens,
    cacheWriteTokens,
  });
  const { prices } = ctx.metering;
  const name = prices.normalise(input.model, input.provider);
  if (!name.model) throw badInput('input.model', 'must be the name of a model, such as gpt-4o');
  const { caller, cause } = ctx;
  // Without a project of its own, the budgets of a project say nothing.
  const scopes = scopesOf({
    caller,
    cause,
    projectId: caller.projectId ?? '',
    userId: null,
    agentId: null,
    sessionId: null,
  });
  const { tariff, settings, budgets } = await ctx.read(async (tx) => ({
    tariff: await loadTariff(tx),
    settings: await getTenantSettings(tx),
    budgets: await findCoveringBudgets(tx, scopes.scopes, scopes.scopeIds),
  }));
  const at = input.at ?? ctx.clock.now();
  const priceOf = (provider: string, model: string) =>
    prices.priceAt(provider, model, at, tariff.overrides) ??
    (settings.unpricedPolicy === 'FALLBACK' ? prices.fallback(provider, model) : null);
  const costBy = (model: string) => {
    const named = prices.normalise(model);
    const price = priceOf(named.provider, named.model);
    return price && costOf(price, usage);
  };
  const price = priceOf(name.provider, name.model);
  const tokens = inputTokens + outputTokens;
  const admitted = wouldAdmit(budgets, settings.unpricedPolicy, { model: keyOf(name), tokens, costBy });
  return { priced: price !== null, totalUsd: price && formatUsd(costOf(price, usage)), price, admitted };
}

/** The models that this installation is set up to call, each with its price in force. */
export async function listModels(ctx: PriceContext) {
  const { prices } = ctx.metering;
  const { overrides } = await ctx.readOnce(loadTariff);
  const priceOf = ({ provider, model, local }: ConfiguredModel) => {
    const name = prices.normalise(model, provider);
    return local ? localPrice(provider, model) : prices.priceAt(name.provider, name.model, ctx.clock.now(), overrides);
  };
  return ctx.models.map(({ purpose, local: _local, ...model }) => ({
    ...model,
    purposes: [purpose],
    default: true,
    available: model.unavailableBecause === null,
    price: priceOf({ purpose, local: _local, ...model }),
  }));
}

/**
 * Sets a price of the tenant's own. In force for the next call; where it begins in the past, calls since then get
 * ADJUSTMENT lines.
 *
 * @returns the price, and how many lines were adjusted
 * @throws FORBIDDEN for a bound key; BAD_USER_INPUT naming the field
 */
export async function setModelPrice(ctx: PriceContext, input: ModelPriceInput) {
  checkUnbound(ctx.caller, 'setModelPrice');
  const override = await ctx.transact((tx) => set(tx, ctx.metering, input));
  const { provider, model, effectiveFrom: since } = override;
  const adjustments = since < ctx.clock.now() ? await ctx.metering.reprice(ctx, { provider, model, since }) : 0;
  return { price: toOverridePrice(override, null), adjustments };
}
