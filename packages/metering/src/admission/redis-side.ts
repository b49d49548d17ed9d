import type { Transact } from '@rae/database';
import type { RedisScripts } from '@rae/events';
import { type Clock, type Logger, NO_CAUSE, type Spend, type Transaction } from '@rae/kernel';
import type { UnpricedPolicy } from '../budgets/tenant-settings.ts';
import { loadSeed } from '../queries/load-seed.ts';
import { readVersion } from '../queries/load-tariff.ts';
import type { DecidingBudget, ReserveAsk } from '../queries/reserve.ts';
import { createCovers, type ReadyBudget, type ReadyCover } from './covers.ts';
import { createKnownMode } from './mode.ts';
import { type CountedAnswer, type CountedLimit, type CounterSpace, createRedisCounters } from './redis-counters.ts';
import type { AdmissionSide, SideAnswer, WindowNames } from './side.ts';
import { sweepHolds } from './sweep-holds.ts';

export interface RedisSideOptions {
  readonly redis: RedisScripts;
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the tenant does with unknown prices, as the tariff of this version says. */
  readonly policyOf: (spend: Spend) => Promise<UnpricedPolicy>;
}

/** Postgres admits for at least so long once Redis was lost, so that a Redis half there does not make it swing. */
const REST_MS = 5_000;
/** Seeding one window may find others gone; more turns than this are a fault of ours. */
const MAX_TURNS = 20;

const windowOf = ({ id, startsAt }: ReadyBudget) => `${id}:${new Date(startsAt).getTime()}`;

function toLimit(budget: ReadyBudget, { tried }: ReserveAsk, policy: UnpricedPolicy): CountedLimit {
  const { action, downgradeTo, limitNano, limitTokens, fromNano, fromTokens } = budget;
  const mayChange = action === 'DOWNGRADE' && downgradeTo !== null && tried !== null && !tried.includes(downgradeTo);
  const kind = action === 'ALERT' ? 'A' : mayChange ? 'D' : 'B';
  const refusesUnpriced = policy === 'DEFAULT' && limitNano !== null;
  return { window: windowOf(budget), kind, limitNano, limitTokens, fromNano, fromTokens, refusesUnpriced };
}

function toDeciding(budget: ReadyBudget, answer: Extract<CountedAnswer, { index: number }>): DecidingBudget {
  const { id: budgetId, scope, scopeId, window, startsAt, resetsAt, limitNano, limitTokens } = budget;
  const { usedNano, usedTokens, reservedNano, reservedTokens } = answer;
  const common = { budgetId, scope, scopeId, window, startsAt, resetsAt, limitNano, limitTokens };
  return { ...common, usedNano, usedTokens, reservedNano, reservedTokens };
}

/** Counts admissions in Redis while Redis is there and Postgres says so; see DESIGN 8. */
export function createRedisSide({ redis, transact, clock, logger, policyOf }: RedisSideOptions): AdmissionSide {
  const mode = createKnownMode(transact);
  const counters = createRedisCounters(redis);
  const ask = <T>({ caller }: Pick<Spend, 'caller'>, work: (tx: Transaction) => Promise<T>): Promise<T> =>
    transact.once({ role: 'rae_app', caller, cause: NO_CAUSE }, work);
  const covers = createCovers(ask);

  const lose = async ({ epoch }: CounterSpace, err: unknown): Promise<void> => {
    logger.warn({ err, epoch }, 'Redis is lost to admissions; Postgres decides');
    await mode.change('POSTGRES', epoch);
  };
  /** Null: Redis is lost, and Postgres was told. */
  const counted = async <T>(of: CounterSpace, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (err) {
      await lose(of, err);
      return null;
    }
  };
  const seed = async (spend: Spend, of: CounterSpace, windows: WindowNames): Promise<void> => {
    for (const window of windows) {
      const seeded = await ask(spend, (tx) => loadSeed(tx, window));
      if (seeded) await counted(of, () => counters.seed(of, seeded));
    }
  };
  /** Asks until no window is missing. */
  const decide = async (
    spend: Spend,
    of: CounterSpace,
    windows: WindowNames,
    work: () => Promise<CountedAnswer>,
  ): Promise<Exclude<CountedAnswer, { outcome: 'MISSING' | 'LOST' }> | null> => {
    for (let turns = 0; turns < MAX_TURNS; turns++) {
      const answer = await counted(of, work);
      if (answer === null) return null;
      if (answer.outcome === 'LOST') {
        await lose(of, new Error('Redis has forgotten its counters'));
        return null;
      }
      if (answer.outcome !== 'MISSING') return answer;
      await seed(
        spend,
        of,
        answer.indexes.map((index) => windows[index] ?? ''),
      );
    }
    throw new Error(`a window was not there after ${MAX_TURNS} turns`);
  };

  const holdIn = async (
    spend: Spend,
    row: ReserveAsk,
    cover: ReadyCover,
    of: CounterSpace,
  ): Promise<SideAnswer | null> => {
    const policy = row.amount_nano === null ? await policyOf(spend) : 'ALLOW';
    if (policy === 'REFUSE') return { answer: { outcome: 'UNPRICED' }, ask: null };
    if (policy === 'FALLBACK') return { answer: { outcome: 'FALLBACK' }, ask: null };
    const limits = cover.budgets.map((budget) => toLimit(budget, row, policy));
    const windows = limits.map(({ window }) => window);
    const hold = {
      id: row.id,
      tenantId: row.tenant_id,
      nano: row.amount_nano,
      tokens: row.amount_tokens,
      expiresAt: row.expires_at,
    };
    const answer = await decide(spend, of, windows, () => counters.hold(of, hold, limits));
    if (answer === null) return null;
    if (answer.outcome === 'HELD') {
      const starts = cover.budgets.map(({ startsAt }) => new Date(startsAt));
      const kept = { ...row, epoch: of.epoch, budget_ids: cover.budgets.map(({ id }) => id), window_starts: starts };
      return { answer: { outcome: 'HELD' }, ask: kept };
    }
    const budget = cover.budgets[answer.index];
    if (!budget) throw new Error('Redis named a window that was not asked for');
    const deciding = toDeciding(budget, answer);
    if (answer.outcome === 'UNPRICED') return { answer: { outcome: 'UNPRICED', budget: deciding }, ask: null };
    if (answer.outcome === 'EXCEEDED') return { answer: { outcome: 'EXCEEDED', ...deciding }, ask: null };
    return { answer: { outcome: 'DOWNGRADE', model: budget.downgradeTo ?? '', ...deciding }, ask: null };
  };

  const spaceNow = async (): Promise<CounterSpace | null> => {
    const state = mode.state() ?? (await mode.read());
    return state.mode === 'REDIS' ? state : null;
  };
  const later = async (work: (of: CounterSpace) => Promise<unknown>): Promise<void> => {
    const state = mode.state();
    if (state?.mode !== 'REDIS') return;
    await work(state).catch((err: unknown) => logger.warn({ err }, 'Redis was not told; the sweep does it'));
  };
  const look = async (): Promise<void> => {
    const { mode: is, epoch, space, changedAt } = await mode.read();
    const rested = clock.now().getTime() - changedAt.getTime() >= REST_MS || epoch === 1;
    if (is === 'REDIS' || !rested || !counters.isReady()) return;
    // The new epoch's marker comes first: who hears of the epoch finds it open.
    await counters.open({ space, epoch: epoch + 1 });
    await mode.change('REDIS', epoch);
  };

  return {
    async hold(spend, row) {
      const of = await spaceNow();
      if (of === null) return null;
      const cover = await covers.get(spend, row.created_at, row.version);
      if (cover.version !== row.version) return { answer: { outcome: 'STALE' }, ask: null };
      const decided = await holdIn(spend, row, cover, of);
      if (decided === null || decided.ask !== null) return decided;
      // A hold is checked by Postgres when it is written; a refusal by old limits or prices must be found here.
      const version = await ask(spend, readVersion);
      return version === row.version ? decided : { answer: { outcome: 'STALE' }, ask: null };
    },
    async hear(state) {
      mode.hear(state);
    },
    async force(spend, { id, nano, tokens, at }) {
      const of = await spaceNow();
      if (of === null) return [];
      const cover = await covers.get(spend, at, null);
      const windows = cover.budgets.map(windowOf);
      const expiresAt = clock.now();
      const hold = { id, tenantId: spend.caller.tenantId, nano: nano.toString(), tokens, expiresAt };
      await decide(spend, of, windows, () => counters.force(of, hold, windows));
      return windows;
    },
    end: (id, windows, nano, tokens) => later((of) => counters.end(of, id, windows, nano.toString(), tokens)),
    add: (windows, nano, tokens) => later((of) => counters.add(of, windows, nano.toString(), tokens)),
    async sweep() {
      await look();
      const of = await spaceNow();
      if (of !== null) await counted(of, () => sweepHolds(counters, ask, of, clock.now()));
    },
    async recount() {
      const of = await spaceNow();
      if (of !== null) await mode.change('POSTGRES', of.epoch);
    },
    close: counters.close,
  };
}
