import { trace } from '@opentelemetry/api';
import type { LogFields, Logger } from '@rae/kernel';
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

const REDACTED = [
  'authorization',
  '*.authorization',
  'headers',
  '*.headers',
  'content',
  '*.content',
  'secret',
  '*.secret',
  'token',
  '*.token',
];

/** Id of the trace that this code runs in, as 32 hex digits; null when nothing is traced. */
export function currentTraceId(): string | null {
  const id = trace.getActiveSpan()?.spanContext().traceId;
  return id && !/^0+$/.test(id) ? id : null;
}

/** W3C `traceparent` of the span that this code runs in; null when nothing is traced. */
export function currentTraceparent(): string | null {
  const context = trace.getActiveSpan()?.spanContext();
  if (!context || /^0+$/.test(context.traceId)) return null;
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`;
}

function wrap(log: PinoLogger): Logger {
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: LogFields, message: string) =>
    log[level](fields, message);
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(log.child(fields)),
  };
}

/** What a log line says of an error. A driver's other fields (`detail`, `where`, parameters) can hold values of rows: left out. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name: type, message, stack } = error;
  const code = 'code' in error ? error.code : undefined;
  return { type, message, ...(code === undefined ? {} : { code }), stack };
}

/**
 * JSON lines with the trace id of the code that writes them. Content, tokens and headers are cut out wherever they stand.
 *
 * @param destination where lines go; standard error when left out, so that standard output stays the program's own
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: { err: describeError },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId ? { traceId } : {};
    },
  };
  return wrap(pino(options, destination ?? pino.destination({ fd: 2, sync: false })));
}
