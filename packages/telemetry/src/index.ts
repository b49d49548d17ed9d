export { flushTraces } from './flush-traces.ts';
export { createErrorFormatter } from './format-error.ts';
export { GEN_AI, GEN_AI_METRICS, type GenAiOperation } from './gen-ai.ts';
export { createLogger, currentTraceId, currentTraceparent } from './logger.ts';
export { createMetrics, type Labels, type Metrics } from './metrics.ts';
export { beginClientSpan, type ClientSpan, inSpan } from './span.ts';
