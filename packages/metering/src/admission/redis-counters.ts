import type { RedisScript, RedisScripts } from '@rae/events';
import * as scripts from './scripts.ts';

/** A week after the last hold a window's counters go; whoever asks again reads them from Postgres. */
const LIFETIME_MS = 7 * 86_400_000;

/** A window as a script is to look at it; money in nano-dollars, null: no limit of that kind. */
export interface CountedLimit {
  /** `<budget>:<start in ms>` */
  readonly window: string;
  /** B: refuses at the limit; D: names a cheaper model from its share on; A: lets through. */
  readonly kind: 'B' | 'D' | 'A';
  readonly limitNano: string | null;
  readonly limitTokens: number | null;
  readonly fromNano: string | null;
  readonly fromTokens: number | null;
  readonly refusesUnpriced: boolean;
}

export interface CountedHold {
  readonly id: string;
  readonly tenantId: string;
  /** Null: nobody knows the price. */
  readonly nano: string | null;
  readonly tokens: number;
  readonly expiresAt: Date;
}

/** index: of the window in what was asked; the figures are its own. */
export type CountedAnswer =
  | { readonly outcome: 'HELD' }
  | { readonly outcome: 'LOST' }
  | { readonly outcome: 'MISSING'; readonly indexes: readonly number[] }
  | {
      readonly outcome: 'DOWNGRADE' | 'EXCEEDED' | 'UNPRICED';
      readonly index: number;
      readonly usedNano: string;
      readonly usedTokens: number;
      readonly reservedNano: string;
      readonly reservedTokens: number;
    };

export interface SeededWindow {
  readonly window: string;
  readonly usedNano: string;
  readonly usedTokens: number;
  readonly holds: readonly (CountedHold & { readonly windows: readonly string[] })[];
}

/** A hold whose lease is over. */
export interface DueHold {
  readonly id: string;
  readonly tenantId: string;
  readonly windows: readonly string[];
}

const toTexts = (answer: unknown): string[] => {
  if (!Array.isArray(answer)) throw new Error('Redis gave no list');
  return answer.map(String);
};

function toAnswer([outcome, ...rest]: readonly string[]): CountedAnswer {
  if (outcome === 'HELD' || outcome === 'LOST') return { outcome };
  if (outcome === 'MISSING') return { outcome, indexes: rest.map(Number) };
  if (outcome !== 'DOWNGRADE' && outcome !== 'EXCEEDED' && outcome !== 'UNPRICED')
    throw new Error(`Redis answered ${outcome}`);
  const [index, usedNano = '0', usedTokens, reservedNano = '0', reservedTokens] = rest;
  const figures = { usedNano, usedTokens: Number(usedTokens), reservedNano, reservedTokens: Number(reservedTokens) };
  return { outcome, index: Number(index), ...figures };
}

const whatOf = (tenantId: string, windows: readonly string[]) => [tenantId, ...windows].join(' ');

const holdValues = ({ id, tenantId, nano, tokens, expiresAt }: CountedHold, windows: readonly string[]) => [
  id,
  nano ?? '',
  String(tokens),
  String(expiresAt.getTime()),
  whatOf(tenantId, windows),
  String(LIFETIME_MS),
];

const limitValues = (limit: CountedLimit) => [
  limit.kind,
  limit.limitNano ?? '',
  limit.limitTokens?.toString() ?? '',
  limit.fromNano ?? '',
  limit.fromTokens?.toString() ?? '',
  limit.refusesUnpriced ? '1' : '0',
];

/** Whose counters: of which database, and of which epoch of its admissions. */
export interface CounterSpace {
  readonly space: string;
  readonly epoch: number;
}

/**
 * Counters of admissions in Redis. Keys carry the epoch: a script of another one touches nothing of this one. All share one
 * hash tag, so that a call's windows are decided in one step.
 */
export function createRedisCounters(redis: RedisScripts) {
  const run = async (
    script: RedisScript,
    { space, epoch }: CounterSpace,
    windows: readonly string[],
    values: readonly string[],
  ) => {
    const key = (name: string) => `{rae:admission:${space}}:${epoch}:${name}`;
    const keys = ['open', 'leases', 'holds', ...windows.map((window) => `w:${window}`)].map(key);
    return toTexts(await redis.run(script, keys, values));
  };
  return {
    isReady: redis.isReady,
    close: redis.close,
    open: (of: CounterSpace) => run(scripts.OPEN_EPOCH, of, [], []),
    async hold(of: CounterSpace, hold: CountedHold, limits: readonly CountedLimit[]): Promise<CountedAnswer> {
      const windows = limits.map(({ window }) => window);
      const values = [...holdValues(hold, windows), ...limits.flatMap(limitValues)];
      return toAnswer(await run(scripts.HOLD, of, windows, values));
    },
    async force(of: CounterSpace, hold: CountedHold, windows: readonly string[]): Promise<CountedAnswer> {
      return toAnswer(await run(scripts.FORCE, of, windows, holdValues({ ...hold, nano: hold.nano ?? '0' }, windows)));
    },
    end: (of: CounterSpace, id: string, windows: readonly string[], nano: string, tokens: number) =>
      run(scripts.END, of, windows, [id, nano, String(tokens)]),
    add: (of: CounterSpace, windows: readonly string[], nano: string, tokens: number) =>
      run(scripts.ADD, of, windows, [nano, String(tokens)]),
    seed(of: CounterSpace, { window, usedNano, usedTokens, holds }: SeededWindow) {
      const held = holds.flatMap(({ id, nano, tokens, expiresAt, tenantId, windows }) => [
        id,
        nano ?? '0',
        String(tokens),
        String(expiresAt.getTime()),
        whatOf(tenantId, windows),
      ]);
      return run(scripts.SEED, of, [window], [usedNano, String(usedTokens), String(LIFETIME_MS), ...held]);
    },
    async findDue(of: CounterSpace, now: Date, most: number): Promise<DueHold[]> {
      const [outcome, ...rest] = await run(scripts.FIND_DUE, of, [], [String(now.getTime()), String(most)]);
      if (outcome !== 'DUE') return [];
      return Array.from({ length: rest.length / 2 }, (_, n) => {
        const [tenantId = '', ...windows] = (rest[2 * n + 1] ?? '').split(' ');
        return { id: rest[2 * n] ?? '', tenantId, windows };
      });
    },
    moveLease: (of: CounterSpace, id: string, expiresAt: Date) =>
      run(scripts.MOVE_LEASE, of, [], [id, String(expiresAt.getTime())]),
  };
}

export type RedisCounters = ReturnType<typeof createRedisCounters>;
