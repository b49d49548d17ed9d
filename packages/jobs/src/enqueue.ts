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
    select g.id, $1, $2, g.subject, $3, $4, $5 from unnest($6::uuid[], $7::text[]) as g(id, subject)
    on conflict (tenant_id, kind, subject) do nothing`,
};

/** The same for each of many subjects, in one statement. */
export async function enqueueEach(
  tx: Transaction,
  { kind, payload, runAt = tx.now }: Omit<NewJob, 'subject'>,
  subjects: readonly string[],
): Promise<void> {
  if (subjects.length === 0) return;
  const ids = subjects.map(() => uuidv7(tx.now.getTime())).sort(); // of one instant: run in the order of the call
  tx.wake(jobTopic(kind));
  await tx.query(INSERT, [tx.caller.tenantId, kind, JSON.stringify(payload), runAt, tx.now, ids, subjects]);
}

/** Puts a job into the queue in the transaction of its cause; there already: changes nothing. */
export const enqueue = (tx: Transaction, { subject, ...job }: NewJob): Promise<void> => enqueueEach(tx, job, [subject]);
