import { partitionOf, wakeReaders } from '@rae/events';
import type { Transaction } from '@rae/kernel';
import { currentTraceparent } from '@rae/telemetry';

/** What an event says of the call that wrote it, for platform.note_event. */
export interface About {
  readonly part: number;
  readonly actor: string;
  readonly traceparent: string | null;
  readonly causationId: string | null;
  readonly depth: number;
}

/** What the functions of the database may write while a call is booked. */
const NOTED = ['cost.recorded', 'budget.threshold_reached', 'budget.exceeded'];

/** Of the transaction's caller; whoever reads its events is woken once they are durable. Ask before the statement. */
export function aboutCall(tx: Transaction): About {
  const part = partitionOf(tx.caller.tenantId);
  wakeReaders(tx, NOTED);
  const { eventId, depth } = tx.cause;
  return { part, actor: tx.caller.actor, traceparent: currentTraceparent(), causationId: eventId, depth };
}
