import { isPlatformError, PlatformError } from '@rae/kernel';

/** SQLSTATEs (PostgreSQL documentation, appendix A) of a server that is away or does not want us now. */
const UNAVAILABLE = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08003',
  '08006',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/** Serialisation failure, deadlock, lock not available: the same request may well succeed. */
const CONTENDED = new Set(['40001', '40P01', '55P03']);
const CANCELLED = '57014';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Lost connections come from the driver as plain errors with these words. */
const isLost = (error: unknown): boolean =>
  error instanceof Error &&
  /connection terminated|not queryable|connection error|timeout exceeded when trying to connect/i.test(error.message);

/** What a database error means to a caller; what is none of these goes on as it is and is answered as INTERNAL. */
export function toPlatformError(error: unknown): unknown {
  if (isPlatformError(error)) return error;
  const code = codeOf(error);
  if (UNAVAILABLE.has(code) || isLost(error))
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
