export { flushTraces } from './flush-traces.ts';
export { createErrorFormatter } from './format-error.ts';
export { createLogger, currentTraceId, currentTraceparent } from './logger.ts';
export { createMetrics, type Labels, type Metrics } from './metrics.ts';
export { inSpan } from './span.ts';
