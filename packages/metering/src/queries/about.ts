import { partitionOf, wakeTopic } from '@rae/events';
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

/** Of the transaction's caller; whoever reads its events is woken once they are durable. Ask before the statement. */
export function aboutCall(tx: Transaction): About {
  const part = partitionOf(tx.caller.tenantId);
  tx.wake(wakeTopic(part));
  const { eventId, depth } = tx.cause;
  return { part, actor: tx.caller.actor, traceparent: currentTraceparent(), causationId: eventId, depth };
}
