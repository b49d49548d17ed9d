import { randomUUID } from 'node:crypto';
import { type Caller, isPlatformError, type Logger, type Transaction, type WakeUp } from '@rae/kernel';
import { inSpan, type Metrics } from '@rae/telemetry';
import { jobTopic } from './enqueue.ts';
import type { Job, JobDefinition } from './job.ts';
import { MAX_ATTEMPTS, nextDelayMs } from './retry.ts';

export interface RunnerOptions {
  readonly transactAsWorker: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly transactAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface JobRunner {
  /** Runs what is due until nothing is. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 1_000;

/** Oldest first, of the tenant whose job is due longest, so that one batch is one tenant's. */
const CLAIM = {
  name: 'jobs_claim',
  text: `with first as (
      select tenant_id from platform.jobs where kind = $1 and status = 'PENDING' and run_at <= $2 and (lease_until is null or lease_until < $2)
      order by run_at limit 1),
    due as (
      select j.id from platform.jobs j join first on first.tenant_id = j.tenant_id
      where j.kind = $1 and j.status = 'PENDING' and j.run_at <= $2 and (j.lease_until is null or j.lease_until < $2)
      order by j.run_at limit $3 for update of j skip locked)
    update platform.jobs j set attempt = j.attempt + 1, lease_until = $4, lease_token = $5 from due where j.id = due.id
    returning j.id, j.tenant_id as "tenantId", j.subject, j.payload, j.attempt`,
};
const FINISH = {
  name: 'jobs_finish',
  text: 'delete from platform.jobs where id = any($1::uuid[]) and lease_token = $2 returning id',
};
const FAIL = {
  name: 'jobs_fail',
  text: `update platform.jobs set lease_until = null, lease_token = null, run_at = $3, status = $4, error_code = $5, error = $6
    where id = any($1::uuid[]) and lease_token = $2`,
};

/**
 * Runs one kind of job: claims a batch with a lease and a fencing token, works outside any transaction, and writes the result
 * together with the end of the jobs. A result that comes after its lease was taken over changes nothing.
 */
export function createJobRunner(definition: JobDefinition, options: RunnerOptions): JobRunner {
  const { transactAsWorker, transactAs, wakeUp, logger, metrics } = options;
  const { kind, batch, leaseMs } = definition;
  let closed = false;
  let again = false;
  let running: Promise<void> | null = null;

  const claim = (token: string): Promise<Job[]> =>
    transactAsWorker((tx) => tx.query<Job>(CLAIM, [kind, tx.now, batch, new Date(tx.now.getTime() + leaseMs), token]));

  const finish = (jobs: readonly Job[], caller: Caller, token: string, record: (tx: Transaction) => Promise<void>) =>
    transactAs(caller, async (tx) => {
      const ended = await tx.query(FINISH, [jobs.map(({ id }) => id), token]);
      if (ended.length !== jobs.length) throw new Error('the lease was taken over by another worker');
      await record(tx);
    });

  const fail = (jobs: readonly Job[], caller: Caller, token: string, error: unknown) => {
    const attempt = Math.max(...jobs.map((job) => job.attempt));
    const dead = attempt >= MAX_ATTEMPTS;
    const code = isPlatformError(error) ? error.code : 'INTERNAL';
    logger.warn(
      { err: error, kind, jobs: jobs.length, attempt },
      dead ? 'jobs failed for the last time' : 'jobs failed; they are tried again',
    );
    metrics.count('rae_jobs_failed_total', 'Jobs that failed an attempt', { kind }, jobs.length);
    return transactAs(caller, (tx) => {
      const runAt = new Date(tx.now.getTime() + nextDelayMs(attempt, Math.random()));
      const reason = error instanceof Error ? error.message : String(error);
      return tx.query(FAIL, [jobs.map(({ id }) => id), token, runAt, dead ? 'DEAD' : 'PENDING', code, reason]);
    });
  };

  const runBatch = async (): Promise<boolean> => {
    const token = randomUUID();
    const jobs = await claim(token);
    const [first] = jobs;
    if (!first) return false;
    const caller = definition.callerOf(first);
    await inSpan(`job ${kind}`, null, async () => {
      try {
        await finish(jobs, caller, token, await definition.run(jobs));
        metrics.count('rae_jobs_done_total', 'Jobs done', { kind }, jobs.length);
      } catch (error) {
        await fail(jobs, caller, token, error);
      }
    });
    return true;
  };
  const work = async (): Promise<void> => {
    do {
      again = false;
      while (!closed && (await runBatch()));
    } while (again && !closed);
  };
  const run = (): Promise<void> => {
    again = true;
    running ??= work()
      .catch((err) => logger.warn({ err, kind }, 'the job queue could not be read; trying again'))
      .finally(() => {
        running = null;
      });
    return running;
  };
  const stop = wakeUp.subscribe(jobTopic(kind), () => void run());
  const timer = setInterval(() => void run(), POLL_MS);
  return {
    drain: run,
    async close() {
      closed = true;
      clearInterval(timer);
      stop();
      await running;
    },
  };
}
