import { findModel, findOwner } from './find-model.ts';
import { type ModelName, normaliseModel } from './normalise-model.ts';
import { flatRate, localPrice, type Price, type Rate } from './price.ts';
import { type PriceTable, readTable, type TableEntry, type TableRate } from './read-table.ts';

/** A price that a tenant set: of exactly the model it names, in normalised form. */
export interface PriceOverride {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  /** USD per million tokens, as all of them; null: as other input. */
  readonly inputPerMillion: string;
  readonly outputPerMillion: string;
  readonly cachedInputPerMillion: string | null;
  readonly cacheWritePerMillion: string | null;
  readonly effectiveFrom: Date;
  readonly createdAt: Date;
}

/** What models cost, and did. */
export interface PriceBook {
  /** Where the shipped prices are from, and the day they were taken. */
  readonly source: string;
  readonly takenOn: string;
  /** A model's one name, the price book's own knowledge of who sells what included. */
  normalise(model: string, provider?: string | null): ModelName;
  /**
   * The price in force at an instant: a tenant's own of that model before the shipped one.
   *
   * @param overrides of the tenant; those of other models are passed over
   * @returns null: nobody knows, which is never 0
   */
  priceAt(provider: string, model: string, at: Date, overrides?: readonly PriceOverride[]): Price | null;
  /** Every model of the table and of the overrides with a price at that instant, by provider and model. */
  listAt(at: Date, overrides?: readonly PriceOverride[]): Price[];
  /** The shipped, stand-in or local price that an id names; null: it names none of these. */
  findById(id: string): Price | null;
  /** The price for models that nobody knows, where a tenant wants such calls to be charged. */
  fallback(provider: string, model: string): Price;
}

/** Prices that name no date have been in force since the beginning of time. */
const ALWAYS = '1970-01-01T00:00:00.000Z';

const toRate = (rate: TableRate): Rate => {
  if (typeof rate === 'string') return flatRate(rate);
  const [usd, ...tiers] = rate;
  return { usd, tiers: tiers.map(([above, price]) => ({ above, usd: price })) };
};

const startOf = (entry: TableEntry): string => (entry.from ? new Date(entry.from).toISOString() : ALWAYS);

/** Seconds of the day in UTC of `16:30:00Z`. */
function secondOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number.parseFloat);
  return hours * 3600 + minutes * 60 + seconds;
}

/** From the first to the second time of the day; over midnight where the second is the earlier. */
function isWithin([from, to]: readonly [string, string], at: Date): boolean {
  const now = (at.getTime() % 86_400_000) / 1000;
  const [start, end] = [secondOf(from), secondOf(to)];
  return end < start ? now >= start || now < end : now >= start && now < end;
}

/** The last entry whose condition holds; the first where none does. */
function entryAt(entries: readonly TableEntry[], at: Date): TableEntry | undefined {
  const time = at.toISOString();
  return entries.findLast((entry) => (entry.daily ? isWithin(entry.daily, at) : startOf(entry) <= time)) ?? entries[0];
}

function toTablePrice({ provider, model }: ModelName, entries: readonly TableEntry[], at: Date): Price | null {
  const entry = entryAt(entries, at);
  if (!entry || (entry.input === undefined && entry.output === undefined)) return null;
  const starts = entries.map(startOf);
  const from = startOf(entry);
  return {
    id: `table:${provider}/${model}@${from}${entry.daily ? `#${entry.daily[0]}` : ''}`,
    provider,
    model,
    origin: 'TABLE',
    input: toRate(entry.input ?? '0'),
    output: toRate(entry.output ?? '0'),
    cachedInput: entry.cachedInput === undefined ? null : toRate(entry.cachedInput),
    cacheWrite: entry.cacheWrite === undefined ? null : toRate(entry.cacheWrite),
    reasoning: entry.reasoning === undefined ? null : toRate(entry.reasoning),
    requestUsd: entry.request ?? '0',
    effectiveFrom: from,
    effectiveTo: starts.filter((start) => start > from).sort()[0] ?? null,
  };
}

/** A tenant's price as calls are priced by it. `effectiveTo` is when its own next one begins. */
export function toOverridePrice(override: PriceOverride, effectiveTo: Date | null): Price {
  const { cachedInputPerMillion: cached, cacheWritePerMillion: write } = override;
  return {
    id: override.id,
    provider: override.provider,
    model: override.model,
    origin: 'OVERRIDE',
    input: flatRate(override.inputPerMillion),
    output: flatRate(override.outputPerMillion),
    cachedInput: cached === null ? null : flatRate(cached),
    cacheWrite: write === null ? null : flatRate(write),
    reasoning: null,
    requestUsd: '0',
    effectiveFrom: override.effectiveFrom.toISOString(),
    effectiveTo: effectiveTo?.toISOString() ?? null,
  };
}

const byTime = (a: PriceOverride, b: PriceOverride) =>
  a.effectiveFrom.getTime() - b.effectiveFrom.getTime() || a.createdAt.getTime() - b.createdAt.getTime();

/** The override with the greatest effectiveFrom that is not after `at`; of two of the same instant the one made last. */
function overrideAt({ provider, model }: ModelName, at: Date, overrides: readonly PriceOverride[]): Price | null {
  const mine = overrides.filter((one) => one.provider === provider && one.model === model).sort(byTime);
  const current = mine.findLast(({ effectiveFrom }) => effectiveFrom <= at);
  if (!current) return null;
  return toOverridePrice(current, mine.find(({ effectiveFrom }) => effectiveFrom > at)?.effectiveFrom ?? null);
}

const keyOf = ({ provider, model }: ModelName) => `${provider}/${model}`;

const ID = /^(table|fallback|local):([^/]*)\/([^@]+)(?:@([^#]+)(?:#(.+))?)?$/;

/** The instant at which a shipped price is in force: its beginning, at its time of the day where it has one. */
const instantOf = (from: string, time: string | undefined): Date =>
  new Date(time === undefined ? from : `${from.slice(0, 10)}T${time}`);

/** USD per million tokens of input and of output that stand in for a price nobody knows. */
export interface FallbackRates {
  readonly input: string;
  readonly output: string;
}

/** Names that were looked up are kept: finding one among the rules of a provider takes longer than all the rest. */
const MAX_KNOWN = 2_000;

function createFinder(table: PriceTable) {
  const known = new Map<string, readonly TableEntry[] | null>();
  return (name: ModelName): readonly TableEntry[] | null => {
    const key = keyOf(name);
    const kept = known.get(key);
    if (kept !== undefined) return kept;
    const found = findModel(table, name.provider, name.model)?.[2] ?? null;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, found);
    return found;
  };
}

/** The shipped prices of some 1 500 models, read from their file once. */
export function createPriceBook(fallbackRates: FallbackRates): PriceBook {
  const table = readTable();
  const find = createFinder(table);
  const normalise = (model: string, provider?: string | null): ModelName => {
    const name = normaliseModel(model, provider);
    return name.provider ? name : normaliseModel(name.model, findOwner(table, name.model));
  };
  const priceOf = (name: ModelName, at: Date, overrides: readonly PriceOverride[]) => {
    const own = overrideAt(name, at, overrides);
    if (own) return own;
    const entries = find(name);
    return entries && toTablePrice(name, entries, at);
  };
  const fallback = (provider: string, model: string): Price => ({
    ...localPrice(provider, model),
    id: `fallback:${provider}/${model}`,
    origin: 'FALLBACK',
    input: flatRate(fallbackRates.input),
    output: flatRate(fallbackRates.output),
  });
  return {
    source: table.source,
    takenOn: table.takenOn,
    normalise,
    priceAt: (provider, model, at, overrides = []) => priceOf(normalise(model, provider), at, overrides),
    listAt(at, overrides = []) {
      const shipped = table.providers.flatMap(({ id, models }) => models.map(([model]) => normaliseModel(model, id)));
      const names = new Map([...shipped, ...overrides].map((name) => [keyOf(name), name]));
      return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, name]) => priceOf(name, at, overrides) ?? []);
    },
    findById(id) {
      const [, origin, provider = '', model = '', from, time] = ID.exec(id) ?? [];
      if (origin === 'local') return localPrice(provider, model);
      if (origin === 'fallback') return fallback(provider, model);
      const at = from === undefined ? null : instantOf(from, time);
      if (!at || Number.isNaN(at.getTime())) return null;
      const price = priceOf({ provider, model }, at, []);
      return price?.id === id ? price : null;
    },
    fallback,
  };
}
