import { PlatformError } from '@rae/kernel';
import type { IndexedStatus } from '../engine/codes.ts';
import type { Memory } from './memory-row.ts';

/** What a change does to a memory's row, and what its history says of it. */
export interface StatusChange {
  readonly change: 'ARCHIVED' | 'RESTORED';
  readonly from: IndexedStatus;
  readonly to: IndexedStatus;
  readonly reason: string | null;
}

/** @returns null when there is nothing to do. @throws CONFLICT when it is superseded */
export function planArchive({ id, status }: Memory, reason: string | null): StatusChange | null {
  if (status === 'ARCHIVED') return null;
  if (status === 'SUPERSEDED')
    throw new PlatformError('CONFLICT', `Memory ${id} is superseded; archive the one that replaced it.`, {
      memoryId: id,
      status,
    });
  return { change: 'ARCHIVED', from: status, to: 'ARCHIVED', reason };
}

/** @returns null when there is nothing to do */
export function planRestore({ status }: Memory): StatusChange | null {
  return status === 'ACTIVE' ? null : { change: 'RESTORED', from: status, to: 'ACTIVE', reason: null };
}
