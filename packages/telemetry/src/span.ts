import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';

/**
 * Runs `work` in a span of its own, as a child of `traceparent` (W3C): so that one trace goes on across the event log and
 * across processes. Null: a child of whatever is traced now.
 */
export function inSpan<T>(name: string, traceparent: string | null, work: () => Promise<T>): Promise<T> {
  const parent = traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : context.active();
  return trace.getTracer('rae').startActiveSpan(name, {}, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
