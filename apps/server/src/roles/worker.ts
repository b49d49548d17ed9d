import { actAs, actAsWorker, keepStatistics } from '@rae/database';
import { createConsumer, dropLogDays, makeLogDays } from '@rae/events';
import { governanceConsumers } from '@rae/governance-subgraph';
import { createJobRunner } from '@rae/jobs';
import type { Embedder } from '@rae/kernel';
import { enqueueKeeping, enqueueLeftBehind, memoryConsumers, memoryJobs } from '@rae/memory-subgraph';
import { runRollUp } from '@rae/metering';
import { vectorsOf } from '../embedding-model.ts';
import type { Models } from '../models.ts';
import { type Platform, systemCaller } from '../platform.ts';
import { keepChains } from './keep-chains.ts';

export interface Worker {
  stop(): Promise<void>;
}

const HOURLY_MS = 3_600_000;
const PRUNED_AT_ONCE = 10_000;

const TENANTS_AT_ONCE = 100;

/** Asks for the upkeep of every tenant's memories; pages of tenants, so that no transaction is long. */
async function keepMemories({ asWorker }: Platform): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (let more = true; more; )
    more = await asWorker(async (tx) => {
      const tenants = await tx.query<{ id: string }>(
        'select id from platform.tenants where id > $1 order by id limit $2',
        [after, TENANTS_AT_ONCE],
      );
      for (const { id } of tenants) await enqueueKeeping(await actAs(tx, systemCaller(id)));
      after = tenants.at(-1)?.id ?? after;
      return tenants.length === TENANTS_AT_ONCE;
    });
}

async function keepHouse(platform: Platform, embedder: Embedder): Promise<void> {
  const { asWorker, clock, config, logger } = platform;
  try {
    await asWorker(makeLogDays);
    await asWorker((tx) => dropLogDays(tx, config.eventDays));
    await asWorker((tx) => tx.query('select platform.prune_idempotency($1)', [PRUNED_AT_ONCE]));
    await asWorker((tx) => tx.query('select memory.prune_gone($1)', [PRUNED_AT_ONCE]));
    await asWorker((tx) => tx.query('select memory.prune_runs($1)', [PRUNED_AT_ONCE]));
    await asWorker((tx) => tx.query('select memory.end_lost_answers()'));
    await asWorker((tx) => tx.query('select memory.prune_answer_frames($1)', [PRUNED_AT_ONCE]));
    await asWorker((tx) =>
      tx.query('select memory.prune_answer_searches($1, $2)', [config.answerDays, PRUNED_AT_ONCE]),
    );
    await keepMemories(platform);
    await keepChains(platform);
    await enqueueLeftBehind(vectorsOf(platform, embedder), clock.now());
  } catch (err) {
    logger.warn({ err }, 'the hourly clean-up failed; it runs again in an hour');
  }
}

/** Runs all consumers and jobs, and keeps the log's days; any number of processes may. */
export function startWorker(platform: Platform, { embedder }: Models): Worker {
  const { asWorker, asTenant, wakeUp, logger, metrics } = platform;
  const consumers = [...memoryConsumers, ...governanceConsumers].map((definition) =>
    createConsumer(definition, { transactAsWorker: asWorker, actAs, actAsWorker, wakeUp, logger, metrics }),
  );
  const jobs = memoryJobs({ embedder, logger, readAs: asTenant }).map((definition) =>
    createJobRunner(definition, { transactAsWorker: asWorker, transactAs: asTenant, wakeUp, logger, metrics }),
  );
  const stopStatistics = keepStatistics(platform.database, logger);
  const stopRollUp = runRollUp({ transactAsWorker: asWorker, transactAs: asTenant, logger });
  const stopChores = platform.metering.chores.start();
  void keepHouse(platform, embedder);
  const timer = setInterval(() => void keepHouse(platform, embedder), HOURLY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await stopStatistics();
      await stopRollUp();
      await stopChores();
      await Promise.all([...consumers, ...jobs].map((part) => part.close()));
    },
  };
}
