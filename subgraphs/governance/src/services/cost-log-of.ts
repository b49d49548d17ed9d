import { type Context, checkFirst } from '@rae/kernel';
import { type CostLogRow, type CostRef, readCostLog } from '@rae/metering';

/**
 * The newest lines of one thing.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200
 */
export function costLogOf(ctx: Context, ref: CostRef, first: number): Promise<CostLogRow[]> {
  checkFirst(first);
  return ctx.readOnce((tx) => readCostLog(tx, ref, first));
}
