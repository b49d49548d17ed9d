import { types } from 'node:util';
import { isPlatformError, PlatformError } from '@rae/kernel';

/**
 * SQLSTATEs (PostgreSQL documentation, appendix A) of a server that is away or does not want us now: connection exceptions,
 * refused log-ins, insufficient resources, shutdown, system errors, a session ended for idling in its transaction, and a
 * standby that takes no writes.
 */
const UNAVAILABLE_STATE = /^(08...|28...|53...|57P..|58...|25P03|25006)$/;
/** What Node's sockets say of the same. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
]);
/** Serialisation failure, deadlock, lock not available: the same request may well succeed. */
const CONTENDED = new Set(['40001', '40P01', '55P03']);
const CANCELLED = '57014';
const FAILED_BEFORE = '25P02';

const codeOf = (error: unknown): string =>
  types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Lost connections come from the driver as plain errors with these words. */
const isLost = (error: unknown): boolean =>
  types.isNativeError(error) &&
  /connection terminated|not queryable|connection error|timeout exceeded when trying to connect|calling end on the pool/i.test(
    error.message,
  );

/** Whether a statement was refused only because an earlier one of its transaction failed. */
export const isAftermath = (error: unknown): boolean => codeOf(error) === FAILED_BEFORE;

/** What a database error means to a caller; what is none of these goes on as it is and is answered as INTERNAL. */
export function toPlatformError(error: unknown): unknown {
  if (isPlatformError(error)) return error;
  const code = codeOf(error);
  if (UNAVAILABLE_STATE.test(code) || UNREACHABLE.has(code) || isLost(error))
    return new PlatformError(
      'DEPENDENCY_UNAVAILABLE',
      'The database does not answer; try again. If it was a write, repeat it under the same idempotencyKey: it may have been done.',
      { dependency: 'database' },
      { cause: error },
    );
  if (CONTENDED.has(code))
    return new PlatformError(
      'CONFLICT',
      'Another write was at the same rows; try again.',
      { retryable: true },
      { cause: error },
    );
  if (code === CANCELLED)
    return new PlatformError('TIMEOUT', 'The database took too long; ask for less.', {}, { cause: error });
  return error;
}
