import { once } from '@rae/database';
import { type JsonValue, PlatformError, type Transaction, uuidv7 } from '@rae/kernel';
import { claimRun, findRunResult, finishRun, type RunLease, releaseRun, takeOverRun } from '../queries/runs.ts';
import type { MemoryContext } from './memory-context.ts';

export interface RunCall {
  /** The root field. */
  readonly field: string;
  readonly key: string | null | undefined;
  readonly input: unknown;
}

/** What is done outside any transaction, and what is then written; `result` is kept under the key: ids and scalars. */
export type Prepare<T extends JsonValue> = (runId: string) => Promise<(tx: Transaction) => Promise<T>>;

const busy = (field: string) =>
  new PlatformError('CONFLICT', `The first ${field} under this idempotencyKey is still running; try again.`, {
    retryable: true,
  });

/** The lease that this call works under; the result where an equal call is done. */
async function claim(ctx: MemoryContext, call: RunCall): Promise<RunLease | { result: JsonValue }> {
  return ctx.transact(async (tx) => {
    const lease = { id: uuidv7(tx.now.getTime()), token: uuidv7() };
    const { result, replayed } = await once(tx, call, async () => {
      await claimRun(tx, lease);
      return { runId: lease.id };
    });
    if (!replayed) return lease;
    const again = { ...lease, id: result.runId };
    if (await takeOverRun(tx, again)) return again;
    const kept = await findRunResult(tx, result.runId);
    if (kept === null) throw busy(call.field);
    return { result: kept };
  });
}

/**
 * Does work that asks models, once per key: the key is claimed before anything is spent, `prepare` runs outside any
 * transaction, and what it gives is written together with the result. Work whose process died is taken over by who asks
 * again after 2 minutes, work that failed at once. Without a key it is simply done.
 *
 * @throws CONFLICT (retryable) while an equal call is at it; IDEMPOTENCY_CONFLICT under the same key with other input
 */
export async function runOnce<T extends JsonValue>(ctx: MemoryContext, call: RunCall, prepare: Prepare<T>): Promise<T> {
  if (call.key === null || call.key === undefined) {
    const write = await prepare(uuidv7(ctx.clock.now().getTime()));
    return ctx.transact(write);
  }
  const claimed = await claim(ctx, call);
  if ('result' in claimed) return claimed.result as T; // written below by the same field, so of the same shape
  try {
    const write = await prepare(claimed.id);
    return await ctx.transact(async (tx) => {
      const result = await write(tx);
      if (!(await finishRun(tx, claimed, result))) throw busy(call.field);
      return result;
    });
  } catch (error) {
    await ctx.transact((tx) => releaseRun(tx, claimed));
    throw error;
  }
}
