import type { PlatformError } from '@rae/kernel';

/** How the tightest limit of an operation stands. resetsAt: refused, when the same may be asked again; else, when the oldest counted call leaves the window. */
export interface Allowance {
  readonly operation: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetsAt: Date;
}

/** What a client is told of an allowance. X-RateLimit-Reset is in seconds since 1970, as GitHub and others have it. */
export const rateHeaders = ({ limit, remaining, resetsAt }: Allowance): Record<string, string> => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(Math.ceil(resetsAt.getTime() / 1000)),
});

/** The same of a refusal, with the seconds to wait (RFC 9110 section 10.2.3); none where it is not about time. */
export function refusalHeaders({ code, details }: PlatformError, now: number = Date.now()): Record<string, string> {
  const { operation, limit, remaining, resetsAt } = details;
  if (code !== 'RATE_LIMITED' || typeof limit !== 'number' || typeof resetsAt !== 'string') return {};
  const at = new Date(resetsAt);
  const seconds = Math.max(1, Math.ceil((at.getTime() - now) / 1000));
  const allowance = { operation: String(operation), limit, remaining: Number(remaining), resetsAt: at };
  return { ...rateHeaders(allowance), 'retry-after': String(seconds) };
}
