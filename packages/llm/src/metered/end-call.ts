import type { Usage } from '@rae/metering';
import { APICallError } from 'ai';
import { errorTypeOf, type OpenCall } from './open-call.ts';

/** The request reached nobody: no connection was made. */
const NOT_SENT: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return codeOf(error.cause ?? first ?? null);
}

/** Providers charge nothing for what they refuse, nor for what never reached them. */
const isFree = (error: unknown): boolean =>
  (APICallError.isInstance(error) && (error.statusCode ?? 0) >= 400) || NOT_SENT.includes(codeOf(error));

/**
 * Ends a call that failed: released where the provider refused it or was not reached; otherwise (it hung, was cancelled, or
 * broke off) settled at `spent`, for the provider may well charge what it did.
 */
export const endFailed = (call: OpenCall, error: unknown, spent: Usage): Promise<void> =>
  isFree(error) ? call.release(errorTypeOf(error)) : call.settle(spent, true, errorTypeOf(error));
