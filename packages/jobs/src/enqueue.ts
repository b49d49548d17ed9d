import { type JsonValue, type Transaction, uuidv7 } from '@rae/kernel';

export interface NewJob {
  readonly kind: string;
  /** What it is about: one open job per tenant, kind and subject. */
  readonly subject: string;
  readonly payload: Readonly<Record<string, JsonValue>>;
  /** Not before; now when left out. */
  readonly runAt?: Date;
}

export const jobTopic = (kind: string): string => `jobs:${kind}`;

const INSERT = {
  name: 'jobs_insert',
  text: `insert into platform.jobs (id, tenant_id, kind, subject, payload, run_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, kind, subject) do nothing`,
};

/** Puts a job into the queue in the transaction of its cause; there already: changes nothing. */
export async function enqueue(tx: Transaction, { kind, subject, payload, runAt = tx.now }: NewJob): Promise<void> {
  const id = uuidv7(tx.now.getTime());
  await tx.query(INSERT, [id, tx.caller.tenantId, kind, subject, JSON.stringify(payload), runAt, tx.now]);
  tx.wake(jobTopic(kind));
}
