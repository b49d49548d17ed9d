import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { AlwaysOffSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { loadPatched } from './load-patched.ts';
import { createHttpInstrumentation, HTTP_MODULES } from './trace-http.ts';

/**
 * Gives each request a trace id, or goes on with the one of its `traceparent`, and records nothing. Loads a third of
 * what exporting loads.
 */
export function startTraceIds(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ sampler: new AlwaysOffSampler() }));
  registerInstrumentations({ instrumentations: [createHttpInstrumentation()] });
  loadPatched(HTTP_MODULES);
}
