import { GraphQLInstrumentation } from '@opentelemetry/instrumentation-graphql';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { loadPatched } from './load-patched.ts';
import { createHttpInstrumentation, HTTP_MODULES } from './trace-http.ts';

/**
 * Records and sends traces as OpenTelemetry's variables say. Statements carry no values, and those without a span above
 * them, which are the polls of the log, are left out. Metrics and logs are sent only if their exporter is named:
 * /metrics and the log itself are there already.
 */
export function startTraceExport(environment: Readonly<Record<string, string | undefined>>): void {
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
  // graphql and pg are patched in files that they require themselves.
  loadPatched([...HTTP_MODULES, 'ioredis']);
}
