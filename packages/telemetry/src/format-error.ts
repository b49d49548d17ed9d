import { ERROR_CODES, type ErrorCode, isErrorCode, isPlatformError, type Logger } from '@rae/kernel';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { currentTraceId } from './logger.ts';

/** What Apollo says of a request that it refuses itself, in our codes. */
const APOLLO_CODES: Readonly<Record<string, ErrorCode>> = {
  GRAPHQL_PARSE_FAILED: 'BAD_USER_INPUT',
  GRAPHQL_VALIDATION_FAILED: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_USER_INPUT',
};

const rootOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;

function describe(
  formatted: GraphQLFormattedError,
  cause: unknown,
): { code: ErrorCode; message: string; retryable: boolean; details: object } {
  if (isPlatformError(cause))
    return { code: cause.code, message: cause.message, retryable: cause.retryable, details: cause.details };
  const given = formatted.extensions?.code;
  const code = isErrorCode(given) ? given : APOLLO_CODES[String(given)];
  if (!code || code === 'INTERNAL')
    return {
      code: 'INTERNAL',
      message: 'Something went wrong on our side; the trace id finds it in the log.',
      retryable: false,
      details: {},
    };
  const { retryable, details } = formatted.extensions ?? {};
  return {
    code,
    message: formatted.message,
    retryable: typeof retryable === 'boolean' ? retryable : ERROR_CODES[code].retryable,
    details: typeof details === 'object' && details !== null ? details : {},
  };
}

/**
 * The one shape of an error that leaves a server: `extensions: { code, retryable, details, traceId }`. What is not a
 * refusal of ours is logged whole and answered as INTERNAL, without message, stack, SQL or path.
 */
export function createErrorFormatter(logger: Logger) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = rootOf(error);
    const { code, message, retryable, details } = describe(formatted, cause);
    const traceId = formatted.extensions?.traceId ?? currentTraceId();
    if (code === 'INTERNAL' && !formatted.extensions?.traceId)
      logger.error({ err: cause, path: formatted.path }, 'a request failed');
    return {
      message,
      ...(formatted.locations ? { locations: formatted.locations } : {}),
      ...(formatted.path ? { path: formatted.path } : {}),
      extensions: { code, retryable, details, traceId },
    };
  };
}
