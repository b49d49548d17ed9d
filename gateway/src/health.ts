import type { Metrics } from '@rae/telemetry';
import type { FastifyInstance } from 'fastify';

export interface HealthOptions {
  readonly readiness: () => Promise<Record<string, string | null>>;
  readonly draining: () => boolean;
  readonly metrics: Metrics;
}

/**
 * `/health/live` answers while the process runs, `/health/ready` with 200 while it is to get requests: every dependency
 * is well and the server is not stopping. `/metrics` is for Prometheus. None of them wants a credential.
 */
export function serveHealth(app: FastifyInstance, { readiness, draining, metrics }: HealthOptions): void {
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const problems = await readiness();
    const dependencies = Object.fromEntries(Object.entries(problems).map(([name, problem]) => [name, problem ?? 'ok']));
    const well = Object.values(problems).every((problem) => problem === null);
    const status = draining() ? 'draining' : well ? 'ok' : 'unavailable';
    return reply.code(status === 'ok' ? 200 : 503).send({ status, dependencies });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
