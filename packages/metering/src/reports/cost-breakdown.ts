import { projectToRead } from '@rae/identity';
import type { Context, Transaction } from '@rae/kernel';
import { type CostBreakdownInput, type CostDimension, type CostQuestion, checkBreakdown } from './breakdown-input.ts';
import { breakdownSql, type SUMS } from './breakdown-sql.ts';

/** Sums over lines; amounts in nano-USD. */
export interface CostSums {
  readonly costNano: bigint;
  readonly savedNano: bigint;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly calls: number;
  /** Calls whose price nobody knows: in no amount. */
  readonly unpricedCalls: number;
}

export interface CostBreakdownRow extends CostSums {
  /** A value for each dimension asked for, in their order; null: lines without it. */
  readonly keys: readonly { readonly dimension: CostDimension; readonly value: string | null }[];
}

export interface CostBreakdown {
  readonly rows: readonly CostBreakdownRow[];
  /** Over all rows, also those that are not shown. With TAG a line counts once for each of its tags. */
  readonly total: CostBreakdownRow;
  readonly truncated: boolean;
  readonly tookMs: number;
}

type SumColumns = { readonly [Name in (typeof SUMS)[number] as Name | `total_${Name}`]: string | null };
interface Row extends SumColumns {
  readonly keys: (string | null)[] | null;
  readonly rows: number;
}

const sumsOf = (row: Row, prefix: '' | 'total_'): CostSums => ({
  costNano: BigInt(row[`${prefix}cost_nano`] ?? 0),
  savedNano: BigInt(row[`${prefix}saved_nano`] ?? 0),
  inputTokens: Number(row[`${prefix}input_tokens`] ?? 0),
  outputTokens: Number(row[`${prefix}output_tokens`] ?? 0),
  calls: Number(row[`${prefix}calls`] ?? 0),
  unpricedCalls: Number(row[`${prefix}unpriced_calls`] ?? 0),
});

const NOTHING: CostSums = {
  costNano: 0n,
  savedNano: 0n,
  inputTokens: 0,
  outputTokens: 0,
  calls: 0,
  unpricedCalls: 0,
};

/** Sums of a month by session need some 30 MB to be grouped without files; compiling a plan takes longer than running it. */
const SETTINGS = {
  name: 'cost_breakdown_settings',
  text: `select set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`,
};

/** Answers a checked question in the caller's transaction: one statement, of one snapshot. */
export async function readBreakdown(
  tx: Transaction,
  question: CostQuestion,
): Promise<Pick<CostBreakdown, 'rows' | 'total' | 'truncated'>> {
  const { text, values } = breakdownSql(tx.caller.tenantId, question);
  await tx.query(SETTINGS);
  const rows = await tx.query<Row>(text, values);
  const [first] = rows;
  const shown = rows.flatMap((row) => {
    const { keys } = row;
    if (keys === null) return []; // no row at all: the total stands alone
    const named = question.by.map((dimension, at) => ({ dimension, value: keys[at] ?? null }));
    return [{ keys: named, ...sumsOf(row, '') }];
  });
  return {
    rows: shown,
    total: { keys: [], ...(first ? sumsOf(first, 'total_') : NOTHING) },
    truncated: (first?.rows ?? 0) > shown.length,
  };
}

/**
 * What was spent, by up to four dimensions. A spend is in it as soon as it is committed.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not the tenant's or not the caller's
 */
export async function costBreakdown(ctx: Context, input: CostBreakdownInput): Promise<CostBreakdown> {
  const begun = performance.now();
  const question = checkBreakdown(input, ctx.clock.now());
  const answer = await ctx.read(async (tx) => {
    const projectId = await projectToRead(tx, question.filter.projectId ?? null, 'input.filter.projectId');
    return readBreakdown(tx, { ...question, filter: { ...question.filter, projectId } });
  });
  return { ...answer, tookMs: performance.now() - begun };
}
