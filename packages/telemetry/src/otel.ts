// Loaded before everything else, since only what is loaded later can be traced: node --import @rae/telemetry/otel main.ts
import { isMainThread } from 'node:worker_threads';
import { chooseTracing } from './choose-tracing.ts';
import { keepCompiled } from './compile-cache.ts';

// OpenTelemetry's own variables: its parts read them as well, and the platform's configuration is not read yet.
const environment = process.env;

keepCompiled(environment); // here, since only what is loaded later is kept

// Worker threads inherit --import, and the requests that they serve are traced in the main thread.
const tracing = isMainThread ? chooseTracing(environment) : 'off';

if (tracing === 'ids') {
  const { startTraceIds } = await import('./trace-ids.ts');
  startTraceIds();
}
if (tracing === 'export') {
  const { startTraceExport } = await import('./trace-export.ts');
  startTraceExport(environment);
}
