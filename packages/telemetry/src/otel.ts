// Loaded before everything else, since only what is loaded later can be traced: node --import @rae/telemetry/otel main.ts
import { isMainThread } from 'node:worker_threads';
import { chooseTracing } from './choose-tracing.ts';

// Worker threads inherit --import, and serve requests that are traced in the main thread.
const tracing = isMainThread ? chooseTracing(process.env) : 'off';

if (tracing === 'ids') {
  const { startTraceIds } = await import('./trace-ids.ts');
  startTraceIds();
}
if (tracing === 'export') {
  const { startTraceExport } = await import('./trace-export.ts');
  startTraceExport({
    metricsExporter: process.env.OTEL_METRICS_EXPORTER,
    logsExporter: process.env.OTEL_LOGS_EXPORTER,
  });
}
