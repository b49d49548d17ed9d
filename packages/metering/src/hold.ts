import { once } from '@rae/database';
import { recordEvent } from '@rae/events';
import type { JsonValue, Spend } from '@rae/kernel';
import { toBudgetEvent } from './budget-events.ts';
import { ask as askOnce, type MeteringContext, transactAs } from './metering-context.ts';
import type { PlannedHold } from './plan-hold.ts';
import type { PlannedCall } from './planned-call.ts';
import { type ReserveAnswer, reserve } from './queries/reserve.ts';

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

/** Key, hold and event are one transaction, and an answer that holds nothing claims no key. */
async function holdWithMore(
  ctx: MeteringContext,
  spend: Spend,
  { idempotencyKey: key, ...planned }: PlannedCall,
  { ask, because }: PlannedHold,
): Promise<HoldAnswer> {
  const { caller: _caller, cause: _cause, ...said } = spend;
  const call = { field: 'reserveBudget', key, input: { ...planned, ...said } };
  const work = () =>
    transactAs(ctx, spend, async (tx) => {
      const { result } = await once<JsonValue>(tx, call, async () => {
        const answer = await reserve(tx, ask);
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

/** Asks for one admission; what is answered but HELD has left nothing behind. */
export async function hold(
  ctx: MeteringContext,
  spend: Spend,
  call: PlannedCall,
  planned: PlannedHold,
): Promise<HoldAnswer> {
  if (call.idempotencyKey || planned.because) return holdWithMore(ctx, spend, call, planned);
  return { answer: await askOnce(ctx, spend, (tx) => reserve(tx, planned.ask)), id: planned.ask.id };
}
