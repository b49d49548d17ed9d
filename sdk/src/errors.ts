/** What an error tells besides its code and message. */
export interface RaeErrorInfo {
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | null;
  readonly traceId?: string | null;
  readonly path?: readonly (string | number)[] | null;
  readonly data?: unknown;
  readonly status?: number | null;
  readonly cause?: unknown;
}

/** Every error of the client but a caller's own abort. A code that this version does not know comes as this very class. */
export class RaeError extends Error {
  override readonly name: string = 'RaeError';
  /** One of `ERRORS`, `NETWORK_ERROR`, or one that a newer server has. */
  readonly code: string;
  /** For programs: the field that was wrong, the limit, what was given. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Whether the same request may succeed when it is sent again. */
  readonly retryable: boolean;
  /** How long the server asks to wait before that, in milliseconds; null: it does not say. */
  readonly retryAfterMs: number | null;
  /** Finds the request in the server's log and traces; null: it was not traced. */
  readonly traceId: string | null;
  /** Of the field that failed; null: the request failed as a whole. */
  readonly path: readonly (string | number)[] | null;
  /** What was answered nevertheless; null: nothing. */
  readonly data: unknown;
  /** HTTP status of the answer; null: there was none. */
  readonly status: number | null;

  constructor(code: string, message: string, info: RaeErrorInfo = {}) {
    super(message, info.cause === undefined ? undefined : { cause: info.cause });
    this.code = code;
    this.details = info.details ?? {};
    this.retryable = info.retryable ?? false;
    this.retryAfterMs = info.retryAfterMs ?? null;
    this.traceId = info.traceId ?? null;
    this.path = info.path ?? null;
    this.data = info.data ?? null;
    this.status = info.status ?? null;
  }
}

/** No answer came, in time or at all, or it was none of the platform's, as a proxy's page. */
export class NetworkError extends RaeError {
  override readonly name = 'NetworkError';

  constructor(message: string, info: RaeErrorInfo = {}) {
    super('NETWORK_ERROR', message, { retryable: true, ...info });
  }
}

export class BadUserInputError extends RaeError {
  override readonly name = 'BadUserInputError';
}
export class UnauthenticatedError extends RaeError {
  override readonly name = 'UnauthenticatedError';
}
export class ForbiddenError extends RaeError {
  override readonly name = 'ForbiddenError';
}
export class NotFoundError extends RaeError {
  override readonly name = 'NotFoundError';
}
export class ConflictError extends RaeError {
  override readonly name = 'ConflictError';
}
export class IdempotencyConflictError extends RaeError {
  override readonly name = 'IdempotencyConflictError';
}
export class PayloadTooLargeError extends RaeError {
  override readonly name = 'PayloadTooLargeError';
}
export class UnsupportedMediaTypeError extends RaeError {
  override readonly name = 'UnsupportedMediaTypeError';
}
export class RateLimitedError extends RaeError {
  override readonly name = 'RateLimitedError';
}
export class BudgetExceededError extends RaeError {
  override readonly name = 'BudgetExceededError';
}
export class QueryTooComplexError extends RaeError {
  override readonly name = 'QueryTooComplexError';
}
export class CursorExpiredError extends RaeError {
  override readonly name = 'CursorExpiredError';
}
export class ModelUnavailableError extends RaeError {
  override readonly name = 'ModelUnavailableError';
}
export class DependencyUnavailableError extends RaeError {
  override readonly name = 'DependencyUnavailableError';
}
export class TimeoutError extends RaeError {
  override readonly name = 'TimeoutError';
}
export class CancelledError extends RaeError {
  override readonly name = 'CancelledError';
}
export class InternalError extends RaeError {
  override readonly name = 'InternalError';
}

/** The class of every code. */
export const ERRORS = {
  BAD_USER_INPUT: BadUserInputError,
  UNAUTHENTICATED: UnauthenticatedError,
  FORBIDDEN: ForbiddenError,
  NOT_FOUND: NotFoundError,
  CONFLICT: ConflictError,
  IDEMPOTENCY_CONFLICT: IdempotencyConflictError,
  PAYLOAD_TOO_LARGE: PayloadTooLargeError,
  UNSUPPORTED_MEDIA_TYPE: UnsupportedMediaTypeError,
  RATE_LIMITED: RateLimitedError,
  BUDGET_EXCEEDED: BudgetExceededError,
  QUERY_TOO_COMPLEX: QueryTooComplexError,
  CURSOR_EXPIRED: CursorExpiredError,
  MODEL_UNAVAILABLE: ModelUnavailableError,
  DEPENDENCY_UNAVAILABLE: DependencyUnavailableError,
  TIMEOUT: TimeoutError,
  CANCELLED: CancelledError,
  INTERNAL: InternalError,
} as const satisfies Readonly<Record<string, typeof RaeError>>;

export type ErrorCode = keyof typeof ERRORS;
