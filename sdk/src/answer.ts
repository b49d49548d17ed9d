import { msUntil, parseRetryAfter } from './backoff.ts';
import { ERRORS, type ErrorCode, NetworkError, RaeError, type RaeErrorInfo } from './errors.ts';

/** What came with an answer. */
export interface Received {
  readonly status: number;
  /** The header Retry-After; null: there was none. */
  readonly retryAfter: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** GraphQL's answer, of which every part may be missing. */
export interface Answer<R> {
  readonly data?: R | null;
  readonly errors?: readonly unknown[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isStep = (value: unknown) => typeof value === 'string' || typeof value === 'number';
const isPath = (value: unknown): value is (string | number)[] => Array.isArray(value) && value.every(isStep);

/** The answer in a text, whose data is believed to be of the operation's type; null when the text is no answer. */
export function parseAnswer<R>(text: string): Answer<R> | null {
  try {
    const answer = JSON.parse(text);
    return isRecord(answer) &&
      (Array.isArray(answer.errors) || (isRecord(answer.data ?? answer.extensions) && !answer.errors))
      ? answer
      : null;
  } catch {
    return null;
  }
}

/** What passes by itself. Of other codes the same request fails again, unless the server says otherwise of one error. */
const RETRYABLE: readonly string[] = ['RATE_LIMITED', 'MODEL_UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'TIMEOUT'];

const isKnown = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** An error of the code's own class; where `info` does not say whether it is retryable, the code does. */
function createError(code: string, message: string, info: RaeErrorInfo = {}): RaeError {
  const Class = isKnown(code) ? ERRORS[code] : RaeError;
  return new Class(code, message, { ...info, retryable: info.retryable ?? RETRYABLE.includes(code) });
}

function readError(error: unknown, { status, retryAfter, now }: Received, data: unknown): RaeError {
  const { message, path, extensions } = isRecord(error) ? error : {};
  const { code, retryable, traceId, details: given } = isRecord(extensions) ? extensions : {};
  const details = isRecord(given) ? given : {};
  const words = typeof message === 'string' ? message : 'The server does not say what went wrong.';
  return createError(typeof code === 'string' ? code : 'INTERNAL', words, {
    details,
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
    retryAfterMs: parseRetryAfter(retryAfter, now) ?? msUntil(details.resetsAt, now),
    traceId: typeof traceId === 'string' ? traceId : null,
    path: isPath(path) ? path : null,
    data,
    status,
  });
}

/** The one error to throw of several: one that another attempt would not mend, where there is one. */
export function toError(errors: readonly unknown[], received: Received, data: unknown = null): RaeError {
  const all = errors.map((error) => readError(error, received, data));
  return all.find(({ retryable }) => !retryable) ?? all[0] ?? notAnAnswer(received);
}

/** For what a proxy or another server answered; its passing troubles are worth another attempt. */
export function notAnAnswer({ status, retryAfter, now }: Received): NetworkError {
  const retryable = status >= 500 || status === 429 || status === 408;
  const retryAfterMs = parseRetryAfter(retryAfter, now);
  return new NetworkError(`HTTP ${status}, and no GraphQL answer; is this the address of the GraphQL endpoint?`, {
    status,
    retryable,
    retryAfterMs,
  });
}

/** The data of an answer. @throws RaeError when the answer has an error, with the data that it has nevertheless */
export function readAnswer<R>(text: string, received: Received): R {
  const answer = parseAnswer<R>(text);
  if (!answer) throw notAnAnswer(received);
  const { data, errors } = answer;
  if (errors && errors.length > 0) throw toError(errors, received, data);
  if (data === undefined || data === null) throw notAnAnswer(received);
  return data;
}
