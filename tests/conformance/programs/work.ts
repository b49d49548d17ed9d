// Claims the jobs of one kind under a lease, says so, and never gets done.
import { createJobRunner } from '@rae/jobs';
import { createMetrics } from '@rae/telemetry';
import { silentLogger, testCaller } from '@rae/testkit';
import { openStack } from '../lib/open-stack.ts';

const [, , place = '', kind = '', leaseMs = ''] = process.argv;
const stack = await openStack(JSON.parse(place));
const runner = createJobRunner(
  {
    kind,
    batch: 10,
    leaseMs: Number(leaseMs),
    callerOf: ({ tenantId }) => testCaller(tenantId),
    run(jobs) {
      console.log(`claimed ${jobs.length}`);
      return new Promise(() => {});
    },
  },
  {
    transactAsWorker: stack.asWorker,
    transactAs: stack.as,
    wakeUp: stack.wakeUp,
    logger: silentLogger,
    metrics: createMetrics(),
  },
);
await runner.drain();
