import type { JsonValue, Transaction } from '@rae/kernel';
import type { EventPosition } from './position.ts';

/** What a service tells; who, when, cause and trace are the transaction's. */
export interface NewEvent {
  /** `<family>.<past verb or noun>`. */
  readonly type: string;
  /** Null for what concerns the tenant as a whole. */
  readonly projectId: string | null;
  /** Id of what it is about. */
  readonly subject: string | null;
  /** Ids, sizes and scalars, never content: what is erased must not live on in the log. */
  readonly payload: Readonly<Record<string, JsonValue>>;
  readonly tags?: readonly string[];
}

/** An event as it stands in the log; CloudEvents 1.0 compatible. */
export interface LogEvent {
  readonly position: EventPosition;
  readonly id: string;
  readonly tenantId: string;
  readonly projectId: string | null;
  readonly type: string;
  readonly source: string;
  readonly subject: string | null;
  readonly actor: string;
  readonly payload: Readonly<Record<string, JsonValue>>;
  readonly tags: readonly string[];
  readonly traceparent: string | null;
  readonly causationId: string | null;
  readonly depth: number;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

/** All events of a tenant meet in one of these, so that order and counters are exact per tenant. */
export const PARTITIONS = 16;

/** The last half byte of the id: random in a UUIDv7, and the same on every Postgres version, which its hash functions are not. */
export const partitionOf = (tenantId: string): number => Number.parseInt(tenantId.slice(-1), 16);

/** What readers of one partition wait for. */
export const wakeTopic = (partition: number): string => `events:${partition}`;

/** What consumers wait for, which must not be woken by what is none of theirs. */
export const typeTopic = (partition: number, type: string): string => `events:${partition}:${type}`;

/** Wakes who waits for events of these types in the caller's partition, once they are durable. */
export function wakeReaders(tx: Transaction, types: Iterable<string>): void {
  const partition = partitionOf(tx.caller.tenantId);
  tx.wake(wakeTopic(partition));
  for (const type of new Set(types)) tx.wake(typeTopic(partition, type));
}
