import { register } from 'node:module';
import { GraphQLInstrumentation } from '@opentelemetry/instrumentation-graphql';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { createHttpInstrumentation } from './trace-http.ts';

/** Modules that are imported as ECMAScript modules and are to be seen; every other one is loaded untouched. */
const WATCHED = ['http', 'https', 'node:http', 'node:https', 'graphql', 'pg'];

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
}
