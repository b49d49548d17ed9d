import type { Memory } from '../../domain/memory-row.ts';

/** A memory that ends by itself and is in no index, log or database. */
export interface WorkingMemory extends Memory {
  readonly layer: 'WORKING';
  readonly expiresAt: Date;
}

/** What makes a repeated call the same: its key, and the hash of what it asks. */
export interface WorkingCall {
  readonly key: string;
  readonly hash: string;
}

/** Which list: a project's, or one session's of it; null projectId: all of the tenant's. */
export interface WorkingScope {
  readonly projectId: string | null;
  readonly sessionId: string | null;
}

/**
 * Where WORKING memories live: each until its time is over, at most WORKING_CAP a tenant. May be lost as a whole. Nothing of one
 * tenant is ever seen by another.
 */
export interface WorkingStore {
  /**
   * Keeps memories, all or none.
   *
   * @param call null: not idempotent. Under a key that was used, nothing is written
   * @returns the ids that are kept under the key
   * @throws CONFLICT with limit and held when the tenant's place is full; IDEMPOTENCY_CONFLICT under a key used for something else
   */
  put(tenantId: string, memories: readonly WorkingMemory[], call: WorkingCall | null): Promise<readonly string[]>;
  /** Those that are there, in no order. */
  find(tenantId: string, ids: readonly string[]): Promise<WorkingMemory[]>;
  /** All of a scope in pieces, in no order; what is written meanwhile may be among them. */
  list(tenantId: string, scope: WorkingScope): AsyncIterable<readonly WorkingMemory[]>;
  /** Puts `next` in the place of `before`, unless somebody else changed or removed it: false. */
  replace(tenantId: string, before: WorkingMemory, next: WorkingMemory): Promise<boolean>;
  remove(tenantId: string, memories: readonly WorkingMemory[]): Promise<void>;
  close(): Promise<void>;
}

export const WORKING_CAP = 100_000;
/** As long as other idempotency keys. */
export const WORKING_KEY_MS = 86_400_000;
