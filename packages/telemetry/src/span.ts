import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

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

/** A span of a call to another system, under whatever is traced now; ended by `end`, whichever way the call goes. */
export interface ClientSpan {
  set(attributes: Attributes): void;
  /** Idempotent. `errorType`: a code of ours or a class of the error; null: it went well. */
  end(errorType: string | null): void;
  /** Runs `work` so that what it traces lies in this span. */
  within<T>(work: () => T): T;
}

/** Begins a span of kind CLIENT that outlives the function that began it, as that of a stream does. */
export function beginClientSpan(name: string, attributes: Attributes): ClientSpan {
  const span = trace.getTracer('rae').startSpan(name, { kind: SpanKind.CLIENT, attributes });
  const scope = trace.setSpan(context.active(), span);
  return {
    set: (more) => void span.setAttributes(more),
    end(errorType) {
      if (!span.isRecording()) return;
      if (errorType !== null) {
        span.setAttribute('error.type', errorType);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
    within: (work) => context.with(scope, work),
  };
}
