import { once } from '@rae/database';
import { recordEvent } from '@rae/events';
import type { JsonValue, Spend, Transaction } from '@rae/kernel';
import { toBudgetEvent } from './budget-events.ts';
import { type MeteringContext, transactAs } from './metering-context.ts';
import type { PlannedHold } from './plan-hold.ts';
import type { PlannedCall } from './planned-call.ts';
import { type AdmittedAsk, admitAll } from './queries/admit.ts';
import { type ReserveAnswer, reserveAll } from './queries/reserve.ts';

/** Takes back the transaction in which nothing was held, with the answer that says why. */
class NotHeld extends Error {
  readonly answer: ReserveAnswer;
  constructor(answer: ReserveAnswer) {
    super(answer.outcome);
    this.answer = answer;
  }
}

/** id: of the hold that is there; under an idempotency key it may be an earlier one. */
export interface HoldAnswer {
  readonly answer: ReserveAnswer;
  readonly id: string;
}

type Decide = (tx: Transaction) => Promise<ReserveAnswer>;

/** Key, hold and event are one transaction, and an answer that holds nothing claims no key. */
async function holdWithMore(
  ctx: MeteringContext,
  spend: Spend,
  { idempotencyKey: key, ...planned }: PlannedCall,
  { ask, because }: PlannedHold,
  decide: Decide,
): Promise<HoldAnswer> {
  const { caller: _caller, cause: _cause, ...said } = spend;
  const call = { field: 'reserveBudget', key, input: { ...planned, ...said } };
  const work = () =>
    transactAs(ctx, spend, async (tx) => {
      const { result } = await once<JsonValue>(tx, call, async () => {
        const answer = await decide(tx);
        if (answer.outcome !== 'HELD') throw new NotHeld(answer);
        if (because) await recordEvent(tx, toBudgetEvent('budget.downgraded', because, ask));
        return ask.id;
      });
      return String(result);
    });
  try {
    return { answer: { outcome: 'HELD' }, id: await work() };
  } catch (error) {
    if (error instanceof NotHeld) return { answer: error.answer, id: ask.id };
    throw error;
  }
}

async function onlyOne(asked: Promise<readonly ReserveAnswer[]>): Promise<ReserveAnswer> {
  const [answer] = await asked;
  if (!answer) throw new Error('an admission was not answered');
  return answer;
}

/** By Postgres; admitted null: it decides, else it makes durable what the counters in Redis decided. */
async function write(
  ctx: MeteringContext,
  spend: Spend,
  call: PlannedCall,
  planned: PlannedHold,
  admitted: AdmittedAsk | null,
): Promise<HoldAnswer> {
  const { ask } = planned;
  const inside = (tx: Transaction) => onlyOne(admitted ? admitAll(tx, [admitted]) : reserveAll(tx, [ask]));
  const together = () =>
    admitted ? ctx.together.admit(ask.tenant_id, admitted) : ctx.together.reserve(ask.tenant_id, ask);
  const held =
    call.idempotencyKey || planned.because
      ? await holdWithMore(ctx, spend, call, planned, inside)
      : { answer: await together(), id: ask.id };
  if (held.answer.outcome === 'MODE') await ctx.side.hear(held.answer);
  return held;
}

/**
 * Asks for one admission; what is answered but HELD has left nothing behind. Where the counters in Redis decided, Postgres
 * makes it durable or refuses it; where its answer is not known, the sweep finds out.
 */
export async function hold(
  ctx: MeteringContext,
  spend: Spend,
  call: PlannedCall,
  planned: PlannedHold,
): Promise<HoldAnswer> {
  const { id } = planned.ask;
  const counted = await ctx.side.hold(spend, planned.ask);
  if (counted === null) return write(ctx, spend, call, planned, null);
  const { answer, ask } = counted;
  // Under a key that holds already, what the counters say now does not matter.
  if (ask === null)
    return call.idempotencyKey ? holdWithMore(ctx, spend, call, planned, async () => answer) : { answer, id };
  const held = await write(ctx, spend, call, planned, ask);
  if (held.answer.outcome !== 'HELD' || held.id !== id) {
    const windows = ask.budget_ids.map((budget, n) => `${budget}:${ask.window_starts[n]?.getTime()}`);
    await ctx.side.end(id, windows, 0n, 0);
  }
  return held;
}
