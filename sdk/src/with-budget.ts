import { linkTo } from './abort.ts';
import { withRetries } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import {
  ExtendReservationDocument,
  ReleaseReservationDocument,
  ReserveBudgetDocument,
  type ReserveBudgetInput,
  SettleReservationDocument,
  type SettleReservationInput,
  type UsageInput,
} from './generated/operations.ts';
import type { BareClient, RequestOptions } from './options.ts';

/** What to call. */
export interface HeldCall {
  /** `provider/model`: the one asked for, or the cheaper one that a budget names. */
  readonly model: string;
  readonly downgraded: boolean;
  readonly reservationId: string;
  /** Aborted with the caller's own; hand it to the call. */
  readonly signal: AbortSignal;
}

/** What came of a call, and what the provider says that it used. */
export interface MadeCall<T> {
  readonly result: T;
  readonly usage: UsageInput;
  readonly tags?: SettleReservationInput['tags'];
  readonly metadata?: SettleReservationInput['metadata'];
}

export interface BudgetOptions extends RequestOptions {
  /**
   * Whether a call that failed with this error was made at all. One that was not is released. True when left out: the call is
   * then settled at its input, as a hold is whose caller went away.
   */
  readonly wasMade?: ((error: unknown) => boolean) | undefined;
  /** Instead of the machine's, in tests. */
  readonly clock?: Clock | undefined;
}

const DEFAULT_LEASE_SECONDS = 120;
/** Settling, extending and releasing again give the same again, so that a lost answer is asked for anew. */
const RETRIES = 3;

interface Hold {
  readonly client: BareClient;
  readonly id: string;
  readonly leaseSeconds: number;
  readonly clock: Clock;
}

const again = <T>({ clock }: Hold, work: () => Promise<T>): Promise<T> =>
  withRetries(work, { retries: RETRIES, clock, signal: new AbortController().signal });

const settle = (hold: Hold, input: Omit<SettleReservationInput, 'id'>) =>
  again(hold, () => hold.client.query(SettleReservationDocument, { input: { id: hold.id, ...input } }));

const release = (hold: Hold) => again(hold, () => hold.client.query(ReleaseReservationDocument, { id: hold.id }));

/** Extends the lease each time that two thirds of it are over, until the call has ended. */
async function keep(hold: Hold, ended: AbortSignal): Promise<void> {
  const { client, id, leaseSeconds, clock } = hold;
  while (!ended.aborted) {
    await clock.sleep((leaseSeconds * 1_000 * 2) / 3, ended);
    if (ended.aborted) return;
    await again(hold, () => client.query(ExtendReservationDocument, { id, leaseSeconds }));
  }
}

/** Ends the hold of a call that failed. What fails here is left to the lease, which ends by itself: the call's own error matters more. */
async function giveUp(hold: Hold, wasMade: boolean, inputTokens: number): Promise<void> {
  const end = wasMade ? settle(hold, { usage: { inputTokens, outputTokens: 0 } }) : release(hold);
  await end.catch(() => {});
}

/**
 * Puts a call to any model under the budgets: holds its worst case, makes it, and settles what it used. The hold's lease is
 * extended as long as the call lasts. A call that is refused is not made.
 *
 * @param call what is about to be called, and who pays
 * @param make makes the call with the model that it is given, and says what it used
 * @throws BudgetExceededError when a budget has no room; whatever `make` throws, after the hold has ended; NetworkError and
 *   others when the call was made but could not be settled, which `settleReservation` still can
 */
export async function withBudget<T>(
  client: BareClient,
  call: ReserveBudgetInput,
  make: (held: HeldCall) => Promise<MadeCall<T>>,
  { signal, wasMade = () => true, clock = systemClock }: BudgetOptions = {},
): Promise<T> {
  const { reserveBudget } = await client.query(ReserveBudgetDocument, { input: call }, { signal });
  const { id, model, downgraded } = reserveBudget.reservation;
  const hold: Hold = { client, id, leaseSeconds: call.leaseSeconds ?? DEFAULT_LEASE_SECONDS, clock };
  const { controller, unlink } = linkTo(signal);
  const ended = new AbortController();
  // A lease that cannot be extended ends by itself, and the call is settled after it.
  void keep(hold, ended.signal).catch(() => {});
  const begun = clock.now();
  try {
    const held = { model, downgraded, reservationId: id, signal: controller.signal };
    const made = await make(held).catch(async (error: unknown) => {
      await giveUp(hold, wasMade(error), call.inputTokens);
      throw error;
    });
    const { result, usage, ...labels } = made;
    await settle(hold, { usage: { latencyMs: clock.now() - begun, ...usage }, ...labels });
    return result;
  } finally {
    ended.abort();
    unlink();
  }
}
