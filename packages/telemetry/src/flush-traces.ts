import { ProxyTracerProvider, type TracerProvider, trace } from '@opentelemetry/api';

type Flushing = TracerProvider & { forceFlush(): Promise<void> };

const isFlushing = (provider: TracerProvider): provider is Flushing =>
  'forceFlush' in provider && typeof provider.forceFlush === 'function';

/** Sends the spans that still wait for their batch. To be awaited before the process ends; does nothing when nothing is traced. */
export async function flushTraces(): Promise<void> {
  const provider = trace.getTracerProvider();
  const registered = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  if (isFlushing(registered)) await registered.forceFlush();
}
