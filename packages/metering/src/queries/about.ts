import { partitionOf, wakeReaders } from '@rae/events';
import type { Spend, Transaction } from '@rae/kernel';
import { currentTraceparent } from '@rae/telemetry';

/** What an event says of the call that wrote it, for platform.note_event. */
export interface About {
  readonly part: number;
  readonly actor: string;
  readonly traceparent: string | null;
  readonly causationId: string | null;
  readonly depth: number;
}

/** To be asked where the call is made, whose trace it names. */
export const aboutOf = ({ caller, cause }: Pick<Spend, 'caller' | 'cause'>): About => ({
  part: partitionOf(caller.tenantId),
  actor: caller.actor,
  traceparent: currentTraceparent(),
  causationId: cause.eventId,
  depth: cause.depth,
});

/** What the functions of the database may write while a call is booked. */
const NOTED = ['cost.recorded', 'budget.threshold_reached', 'budget.exceeded'];

/** Whoever reads such events of the transaction's tenant is woken once they are durable. Ask before the statement. */
export const wakeForCosts = (tx: Transaction): void => wakeReaders(tx, NOTED);

/** Of the transaction's caller, whose readers are woken. */
export function aboutCall(tx: Transaction): About {
  wakeForCosts(tx);
  return aboutOf(tx);
}
