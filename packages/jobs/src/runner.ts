import { randomUUID } from 'node:crypto';
import { type Caller, isPlatformError, type Logger, type Transaction, type WakeUp } from '@rae/kernel';
import { inSpan, type Metrics } from '@rae/telemetry';
import { jobTopic } from './enqueue.ts';
import type { Job, JobDefinition } from './job.ts';
import { budgetDelayMs, LONGEST_DELAY_ATTEMPT, MAX_ATTEMPTS, nextDelayMs } from './retry.ts';

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

/**
 * Oldest first, all of the tenant whose job is due longest, so that one batch is one tenant's. A job that failed for good in
 * a batch, or whose worker died, comes alone: what is wrong with it must not befall the others.
 */
const CLAIM = {
  name: 'jobs_claim',
  text: `with first as (
      select tenant_id, alone or lease_token is not null as alone from platform.jobs
      where kind = $1 and status = 'PENDING' and run_at <= $2 and (lease_until is null or lease_until < $2)
      order by run_at, id limit 1 for update skip locked),
    due as (
      select j.id from platform.jobs j join first on first.tenant_id = j.tenant_id
      where j.kind = $1 and j.status = 'PENDING' and j.run_at <= $2 and (j.lease_until is null or j.lease_until < $2)
        and (j.alone or j.lease_token is not null) = first.alone
      order by j.run_at, j.id limit (select case when alone then 1 else $3 end from first) for update of j skip locked)
    update platform.jobs j set attempt = j.attempt + 1, lease_until = $4, lease_token = $5 from due where j.id = due.id
    returning j.id, j.tenant_id as "tenantId", j.subject, j.payload, j.attempt`,
};
const FINISH = {
  name: 'jobs_finish',
  text: 'delete from platform.jobs where id = any($1::uuid[]) and lease_token = $2 returning id',
};
/** A job that waits for a budget has not failed: its attempts are counted as far as its delay grows, and it never dies. */
const FAIL = {
  name: 'jobs_fail',
  text: `update platform.jobs j set lease_until = null, lease_token = null, run_at = f.run_at, error_code = $4, error = $5, alone = $6,
      attempt = case when $7 then least(j.attempt, ${LONGEST_DELAY_ATTEMPT}) else j.attempt end,
      status = case when not $7 and j.attempt >= ${MAX_ATTEMPTS} then 'DEAD' else 'PENDING' end
    from unnest($1::uuid[], $2::timestamptz[]) as f(id, run_at) where j.id = f.id and j.lease_token = $3`,
};

/** When the budget that refused a job begins anew; undefined: no budget refused it. */
function resetOf(error: unknown): string | null | undefined {
  if (!isPlatformError(error) || error.code !== 'BUDGET_EXCEEDED') return undefined;
  const { resetsAt } = error.details;
  return typeof resetsAt === 'string' ? resetsAt : null;
}

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

  const tell = (error: unknown, jobs: readonly Job[], waits: boolean) => {
    if (waits) {
      logger.warn({ err: error, kind, jobs: jobs.length }, 'jobs wait for a budget; they are tried again');
      return metrics.count('rae_jobs_waited_total', 'Jobs put off by a budget', { kind }, jobs.length);
    }
    const dead = jobs.filter(({ attempt }) => attempt >= MAX_ATTEMPTS).length;
    logger.warn(
      { err: error, kind, jobs: jobs.length, dead },
      dead > 0 ? 'jobs failed for the last time' : 'jobs failed; they are tried again',
    );
    metrics.count('rae_jobs_failed_total', 'Jobs that failed an attempt', { kind }, jobs.length);
  };

  const fail = (jobs: readonly Job[], caller: Caller, token: string, error: unknown) => {
    const code = isPlatformError(error) ? error.code : 'INTERNAL';
    const resetsAt = resetOf(error);
    const waits = resetsAt !== undefined;
    tell(error, jobs, waits);
    return transactAs(caller, (tx) => {
      const runAt = jobs.map(({ attempt }) => {
        const delayMs = nextDelayMs(attempt, Math.random());
        return new Date(tx.now.getTime() + (waits ? budgetDelayMs(delayMs, resetsAt, tx.now) : delayMs));
      });
      const reason = error instanceof Error ? error.message : String(error);
      const ids = jobs.map(({ id }) => id);
      const alone = !waits && !(isPlatformError(error) && error.retryable);
      return tx.query(FAIL, [ids, runAt, token, code, reason, alone, waits]);
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
        if (first.attempt > MAX_ATTEMPTS) throw new Error(`${MAX_ATTEMPTS} workers ended before the job did`);
        await finish(jobs, caller, token, await definition.run(jobs));
        metrics.count('rae_jobs_done_total', 'Jobs done', { kind }, jobs.length);
      } catch (error) {
        await fail(jobs, caller, token, error);
      }
    });
    return true;
  };
  const work = async (): Promise<void> => {
    try {
      do {
        again = false;
        while (!closed && (await runBatch()));
      } while (again && !closed);
    } catch (err) {
      logger.warn({ err, kind }, 'the job queue could not be read; trying again');
    } finally {
      running = null;
    }
  };
  const run = (): Promise<void> => {
    again = true;
    running ??= work();
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
