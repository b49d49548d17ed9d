import type { Caller, JsonValue, Transaction } from '@rae/kernel';

/** Work that takes longer than a transaction may: claimed with a lease, done outside, its result recorded in one transaction. */
export interface Job {
  readonly id: string;
  readonly tenantId: string;
  readonly subject: string;
  readonly payload: Readonly<Record<string, JsonValue>>;
  /** 1 for the first. */
  readonly attempt: number;
}

export interface JobDefinition {
  /** `<owner>.<verb>-<noun>`. */
  readonly kind: string;
  /** Jobs claimed at once. */
  readonly batch: number;
  /** A claim is over after this; another worker may then take the job, and the first one's late result is refused. */
  readonly leaseMs: number;
  /** The identity that the job's own reads and writes have. */
  callerOf(job: Job): Caller;
  /**
   * Does the work outside any transaction, for all jobs of a batch (of one tenant).
   *
   * @returns what is to be written, run in the transaction that ends the jobs
   */
  run(jobs: readonly Job[]): Promise<(tx: Transaction) => Promise<void>>;
}

/** Checks a definition while it is written down; returns it as it is. */
export const defineJob = (definition: JobDefinition): JobDefinition => definition;
