import { register } from 'node:module';
import { GraphQLInstrumentation } from '@opentelemetry/instrumentation-graphql';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { createHttpInstrumentation, patchHttp } from './trace-http.ts';

/** What is to be seen though it is imported as an ECMAScript module; every other module is loaded untouched. */
const WATCHED = ['graphql', 'pg', 'ioredis'];

/**
 * Records and sends traces as OpenTelemetry's variables say. Statements carry no values, and those without a span above
 * them, which are the polls of the log, are left out. Metrics and logs are sent only if their exporter is named:
 * /metrics and the log itself are there already.
 */
export function startTraceExport(environment: Readonly<Record<string, string | undefined>>): void {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: WATCHED } });
  const configuration: Partial<NodeSDKConfiguration> = {
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'rae' })),
    instrumentations: [
      createHttpInstrumentation(),
      new GraphQLInstrumentation({ ignoreResolveSpans: true }),
      new PgInstrumentation({ requireParentSpan: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
    ...(environment.OTEL_METRICS_EXPORTER ? {} : { metricReaders: [] }),
    ...(environment.OTEL_LOGS_EXPORTER ? {} : { logRecordProcessors: [] }),
  };
  new NodeSDK(configuration).start();
  patchHttp();
}
