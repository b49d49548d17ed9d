import { ERROR_CODES, type ErrorCode, isErrorCode } from './error-codes.ts';

export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The one error of the platform: a code of ERROR_CODES, a sentence that says what was wrong and what would be right,
 * and details for programs (field path, limit, what was given). Thrown for every refusal.
 */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
    this.retryable = typeof details.retryable === 'boolean' ? details.retryable : ERROR_CODES[code].retryable;
  }

  /** HTTP status of a request that fails as a whole with this error. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** `field` is the path of the wrong value as the caller wrote it, such as `input.content`; `expected` says what is right. */
export const badInput = (field: string, message: string, details: ErrorDetails = {}) =>
  new PlatformError('BAD_USER_INPUT', `${field}: ${message}`, { field, ...details });

/** Also for another tenant's id: it is never told apart from one that does not exist. */
export const notFound = (what: string, id: string) =>
  new PlatformError('NOT_FOUND', `There is no ${what} with the id ${id}.`, { [`${what}Id`]: id });

/** True for our own errors, also when they crossed a module or thread boundary. */
export const isPlatformError = (error: unknown): error is PlatformError =>
  error instanceof Error && error.name === 'PlatformError' && 'code' in error && isErrorCode(error.code);
