import { isPlatformError, PlatformError } from '@rae/kernel';
import { APICallError, InvalidResponseDataError, RetryError } from 'ai';

/** Why a call may have been ended from this side. */
export interface CallSignals {
  readonly caller: AbortSignal | undefined;
  readonly timeout: AbortSignal;
  readonly closing: AbortSignal;
}

/** What the caller waits for, as a refusal names it. */
export type Expected = 'embeddings' | 'text' | 'a ranking';

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'refused the key (HTTP 401); set the right one',
  403: 'refused the key (HTTP 403); set one that may use this model',
  404: 'does not know the model (HTTP 404); check its name and the base URL',
  429: 'is over its rate limit or quota (HTTP 429)',
};

/**
 * The model did not answer, or not with what was asked. The message never holds what the provider wrote: it may quote keys
 * and texts.
 */
export const unavailable = (id: string, what: string, details: { retryable?: boolean; status?: number } = {}) =>
  new PlatformError('MODEL_UNAVAILABLE', `${id} ${what}.`, { model: id, ...details });

function explainStatus(id: string, error: APICallError, awaited: Expected): PlatformError {
  const { statusCode: status, isRetryable } = error;
  if (status === undefined) return unavailable(id, 'cannot be reached');
  if (status < 300) return unavailable(id, `answered with something else than ${awaited}`, { status });
  const what = REFUSALS[status] ?? (isRetryable ? `failed (HTTP ${status})` : `refused the request (HTTP ${status})`);
  return unavailable(id, what, { status, retryable: isRetryable });
}

/** Turns what the AI SDK throws into our error, without its message, request and answer. Ours stay as they are. */
export function explainRemoteError(
  id: string,
  error: unknown,
  signals: CallSignals,
  awaited: Expected = 'embeddings',
): PlatformError {
  const last = RetryError.isInstance(error) ? error.lastError : error;
  if (isPlatformError(last)) return last;
  if (signals.caller?.aborted) return new PlatformError('CANCELLED', `The caller stopped waiting for ${awaited}.`);
  if (signals.closing.aborted) return unavailable(id, 'is closed');
  if (signals.timeout.aborted) return unavailable(id, 'did not answer in time');
  if (APICallError.isInstance(last)) return explainStatus(id, last, awaited);
  if (InvalidResponseDataError.isInstance(last))
    return unavailable(id, 'answered another number of vectors than of texts');
  return unavailable(id, 'cannot be reached');
}
