import { assertOutsideTransaction, once } from '@rae/database';
import { badInput, type Spend } from '@rae/kernel';
import { checkUsed, toLineUse, type UsedCall } from './line-use.ts';
import { ask as askOnce, type MeteringContext, transactAs } from './metering-context.ts';
import type { Price } from './prices/price.ts';
import { type BookAnswer, book, type NewLine } from './queries/book.ts';
import { scopesOf } from './queries/budget-scopes.ts';
import { ensureWindows } from './queries/ensure-windows.ts';
import { toSpendRow } from './queries/reservation-row.ts';
import type { Settled } from './settle-call.ts';
import { tellCost } from './tell.ts';

/** A call that was made without a reservation. */
export interface RecordedCall extends UsedCall {
  /** Also `provider/model`. */
  readonly model: string;
  readonly provider?: string | null;
  /** At most 31 days back; now when left out. */
  readonly occurredAt?: Date | null;
  readonly idempotencyKey?: string | null;
}

const MOST_BACK_MS = 31 * 86_400_000;
/** Clocks differ. */
const MOST_AHEAD_MS = 60_000;

/** @throws BAD_USER_INPUT */
function checkOccurredAt(at: Date, now: Date): Date {
  const back = now.getTime() - at.getTime();
  if (back <= MOST_BACK_MS && back >= -MOST_AHEAD_MS) return at;
  throw badInput('input.occurredAt', 'must be at most 31 days back and not in the future', {
    given: at.toISOString(),
    now: now.toISOString(),
  });
}

/** Carries an answer that wrote nothing out of the transaction that it takes back. */
class NotBooked extends Error {
  readonly answer: BookAnswer;
  constructor(answer: BookAnswer) {
    super(answer.outcome);
    this.answer = answer;
  }
}

type Written = { readonly answer: BookAnswer | null; readonly ledgerId: string };

/** answer null: it was booked before, under the same key. */
async function write(ctx: MeteringContext, spend: Spend, call: RecordedCall, line: NewLine): Promise<Written> {
  const { idempotencyKey: key, ...recorded } = call;
  const doBook = (tx: Parameters<typeof book>[0]) => book(tx, line, scopesOf(spend), spend.subjects);
  if (!key) return { answer: await askOnce(ctx, spend, doBook), ledgerId: line.id };
  const { caller: _caller, cause: _cause, ...said } = spend;
  let answer: BookAnswer | null = null;
  try {
    const { result } = await transactAs(ctx, spend, (tx) =>
      once<string>(tx, { field: 'recordUsage', key, input: { ...recorded, ...said } }, async () => {
        answer = await doBook(tx);
        if (answer.outcome !== 'BOOKED') throw new NotBooked(answer);
        return line.id;
      }),
    );
    return { answer, ledgerId: result };
  } catch (error) {
    if (error instanceof NotBooked) return { answer: error.answer, ledgerId: line.id };
    throw error;
  }
}

/**
 * Books a call that was made without a reservation: in full, whatever the budgets say, in the windows that it happened in and
 * at the price in force then. It may pass limits, which budget.exceeded tells. Under an idempotencyKey once.
 *
 * @throws BAD_USER_INPUT naming the field; IDEMPOTENCY_CONFLICT
 */
export async function recordCall(ctx: MeteringContext, spend: Spend, call: RecordedCall): Promise<Settled> {
  assertOutsideTransaction('recording a call');
  const used = checkUsed(call);
  const now = ctx.clock.now();
  const at = checkOccurredAt(call.occurredAt ?? now, now);
  const { provider, model } = ctx.prices.normalise(call.model, call.provider);
  const { overrides } = await ctx.tariffs.get(spend.caller.tenantId, true, (work) => askOnce(ctx, spend, work));
  const known = ctx.prices.priceAt(provider, model, at, overrides);
  const toLine = (price: Price | null): NewLine => ({
    ...toSpendRow(spend),
    ...toLineUse(used, price, now.getTime()),
    tenant_id: spend.caller.tenantId,
    kind: 'CALL',
    provider,
    model,
    price,
    calls: 1,
    occurred_at: at,
    created_at: now,
  });
  let line = toLine(known);
  const forced = {
    id: line.id,
    nano: BigInt(line.cost_nano ?? 0),
    tokens: used.usage.inputTokens + used.usage.outputTokens,
    at,
  };
  const windows = await ctx.side.force(spend, forced);
  for (;;) {
    const { answer, ledgerId } = await write(ctx, spend, call, line);
    if (answer === null) {
      await ctx.side.end(forced.id, windows, 0n, 0);
      return { ledgerId, repeated: true };
    }
    if (answer.outcome === 'FALLBACK') line = { ...toLine(ctx.prices.fallback(provider, model)), id: line.id };
    else if (answer.outcome === 'WINDOWS') await askOnce(ctx, spend, (tx) => ensureWindows(tx, answer.budgets, at));
    else {
      await ctx.side.end(forced.id, windows, BigInt(answer.costNano ?? 0), forced.tokens);
      tellCost(ctx, spend.caller.tenantId, answer, 'recorded');
      return { ledgerId, repeated: false };
    }
  }
}
