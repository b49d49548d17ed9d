import { assertOutsideTransaction } from '@rae/database';
import { notFound, type Spend, uuidv7 } from '@rae/kernel';
import { hold } from './hold.ts';
import { ask as askOnce, type MeteringContext } from './metering-context.ts';
import { nameOf, type PlannedHold, planHold, type Turn } from './plan-hold.ts';
import { checkCall, type PlannedCall } from './planned-call.ts';
import { ensureWindows } from './queries/ensure-windows.ts';
import { findReservation, type Reservation } from './queries/find-reservation.ts';
import type { ReserveAnswer } from './queries/reserve.ts';
import { refuseCall } from './refuse-call.ts';

/** Windows to be made, prices that changed, cheaper models: each costs a turn, and more of them than this are a fault of ours. */
const MAX_TURNS = 20;
const MOST_KEPT = 10_000;

/** The turn after an answer that is neither a hold nor a refusal. */
async function nextTurn(
  ctx: MeteringContext,
  spend: Spend,
  { ask }: PlannedHold,
  turn: Turn,
  answer: ReserveAnswer,
): Promise<Turn> {
  if (answer.outcome === 'DOWNGRADE') {
    const model = ctx.prices.normalise(answer.model);
    return { ...turn, model, tried: [...turn.tried, answer.model, nameOf(model)], because: answer };
  }
  if (answer.outcome === 'WINDOWS')
    await askOnce(ctx, spend, (tx) => ensureWindows(tx, answer.budgets, ask.created_at));
  return {
    ...turn,
    standIn: turn.standIn || answer.outcome === 'FALLBACK',
    freshTariff: answer.outcome === 'STALE',
  };
}

function toHeld({ ask, amount }: PlannedHold): Reservation {
  return {
    id: ask.id,
    projectId: ask.project_id,
    userId: ask.user_id,
    agentId: ask.agent_id,
    sessionId: ask.session_id,
    apiKeyId: ask.api_key_id,
    operation: ask.operation,
    status: 'HELD',
    askedModel: ask.asked_model,
    provider: ask.provider,
    model: ask.model,
    downgraded: ask.downgraded,
    amountNano: amount,
    amountTokens: ask.amount_tokens,
    price: ask.price,
    createdAt: ask.created_at,
    expiresAt: ask.expires_at,
    settledAt: null,
    ledgerId: null,
  };
}

async function getReservation(ctx: MeteringContext, spend: Spend, id: string): Promise<Reservation> {
  const found = await askOnce(ctx, spend, (tx) => findReservation(tx, id));
  if (!found) throw notFound('reservation', id);
  return found;
}

function keep({ held }: MeteringContext, tenantId: string, { id, price, amountNano, amountTokens }: Reservation): void {
  if (held.size >= MOST_KEPT) held.delete(held.keys().next().value ?? '');
  held.set(id, { tenantId, price, amountNano, amountTokens });
}

/**
 * Holds the most that a call can cost on every budget that covers it, all or none, for as long as the lease says; call it
 * outside of any transaction. The answer names the model to call: a DOWNGRADE budget may have named a cheaper one.
 *
 * Under an idempotencyKey the same call gives the first reservation again, whatever became of it.
 *
 * @throws BUDGET_EXCEEDED naming the budget, its limit, what is used, held and asked for, and when it begins anew;
 *   BAD_USER_INPUT; IDEMPOTENCY_CONFLICT; DEPENDENCY_UNAVAILABLE when nobody can decide: it fails closed
 */
export async function reserveCall(ctx: MeteringContext, spend: Spend, call: PlannedCall): Promise<Reservation> {
  assertOutsideTransaction('reserving for a call');
  checkCall(call);
  const id = uuidv7(ctx.clock.now().getTime());
  const model = ctx.prices.normalise(call.model, call.provider);
  let turn: Turn = { model, tried: [nameOf(model)], because: null, standIn: false, freshTariff: false };
  for (let turns = 0; turns < MAX_TURNS; turns++) {
    const planned = await planHold(ctx, spend, call, turn, id);
    const { answer, id: heldId } = await hold(ctx, spend, call, planned);
    if (answer.outcome === 'EXCEEDED' || answer.outcome === 'UNPRICED') return refuseCall(ctx, spend, planned, answer);
    if (answer.outcome === 'HELD') {
      const held = heldId === id ? toHeld(planned) : await getReservation(ctx, spend, heldId);
      keep(ctx, spend.caller.tenantId, held);
      return held;
    }
    turn = await nextTurn(ctx, spend, planned, turn, answer);
  }
  throw new Error(`no admission was decided in ${MAX_TURNS} turns`);
}
