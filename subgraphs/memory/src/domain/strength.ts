import { LAYERS } from '../engine/codes.ts';
import type { MemoryLayer } from './memory-row.ts';

/**
 * How fast a memory of each layer fades, a day: ln 2 ÷ λ is the half-life of one that is never used (69, 139, 693, 693 and
 * 6 931 days). The rates of dreamsoft-pro/RAE-agentic-memory (commit 3243807) for sensory, working, long-term and reflective
 * memory, taken per day as its comments mean them; nothing of ours was measured.
 */
export const DECAY_PER_DAY: Readonly<Record<MemoryLayer, number>> = {
  WORKING: 0.01,
  EPISODIC: 0.005,
  SEMANTIC: 0.001,
  PROCEDURAL: 0.001,
  REFLECTIVE: 0.0001,
};
const DAY_MS = 86_400_000;

/** What strength is made of. */
export interface Faded {
  readonly layer: MemoryLayer;
  readonly importance: number;
  /** How often it was used, and when last; when it was never used, when it was stored. */
  readonly uses: number;
  readonly usedAt: Date;
}

/**
 * Strength at `now`, 0..1: importance · exp(−λ ÷ (ln(1 + uses) + 1) · days since use). A use counts twice: the days begin anew,
 * and they weigh less from then on (the access divisor of RAE-agentic-memory's recency, math/structure.py).
 */
export function strengthOf({ layer, importance, uses, usedAt }: Faded, now: Date): number {
  const days = Math.max(0, now.getTime() - usedAt.getTime()) / DAY_MS;
  return importance * Math.exp((-DECAY_PER_DAY[layer] / (Math.log1p(uses) + 1)) * days);
}

/**
 * The same in SQL, in double precision, for a memory `m` and its row `u` of memory.usage, which may be missing.
 *
 * @param now the place of the parameter that holds the instant
 */
export function strengthSql(now: string): string {
  const rates = Object.entries(LAYERS).map(
    ([layer, code]) => `when ${code} then ${DECAY_PER_DAY[layer as MemoryLayer]}`,
  ); // keys of LAYERS
  const days = `greatest(0, extract(epoch from ${now}::timestamptz - coalesce(u.used_at, m.created_at)) / 86400)::float8`;
  return `m.importance::float8 * exp(-(case m.layer ${rates.join(' ')} end)::float8 / (ln(1 + coalesce(u.uses, 0))::float8 + 1) * ${days})`;
}
