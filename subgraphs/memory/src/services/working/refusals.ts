import { PlatformError } from '@rae/kernel';
import { WORKING_CAP } from './working-store.ts';

/** What is there stays: nothing is thrown out for what is new. */
export const full = (held: number, cap: number = WORKING_CAP): PlatformError =>
  new PlatformError(
    'CONFLICT',
    `A tenant holds at most ${cap} WORKING memories, and ${held} are there; delete some, or let them expire.`,
    { limit: cap, held, retryable: false },
  );

export const otherInput = (key: string): PlatformError =>
  new PlatformError('IDEMPOTENCY_CONFLICT', 'The idempotencyKey was used for other WORKING memories; take a new key.', {
    field: 'idempotencyKey',
    key,
  });
