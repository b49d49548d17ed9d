import { countDaysAhead, LEAST_DAYS_AHEAD } from '@rae/events';
import type { FastifyInstance } from 'fastify';
import type { Platform } from '../platform.ts';

/** What is wrong with each dependency, in one sentence that anyone may read; null = nothing. */
export async function readReadiness({ asWorker }: Platform): Promise<Record<string, string | null>> {
  try {
    const days = await asWorker(countDaysAhead);
    const log = days < LEAST_DAYS_AHEAD ? `the event log has ${days} days made ahead; is a worker running?` : null;
    return { database: null, eventLog: log };
  } catch {
    return { database: 'the database does not answer' };
  }
}

/** Health and metrics of a process without a gateway. */
export function serveHealth(app: FastifyInstance, platform: Platform): { drain: () => void } {
  let draining = false;
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const dependencies = await readReadiness(platform);
    const ready = !draining && Object.values(dependencies).every((problem) => problem === null);
    return reply
      .code(ready ? 200 : 503)
      .send({ status: draining ? 'draining' : ready ? 'ready' : 'not ready', dependencies });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(platform.metrics.registry.contentType).send(await platform.metrics.registry.metrics()),
  );
  return {
    drain: () => {
      draining = true;
    },
  };
}
