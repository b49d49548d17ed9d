import { PlatformError } from '@rae/kernel';
import { endedTopic, type Lease } from '../../queries/answer-frames.ts';
import { LEASE_SECONDS, renewAnswer } from '../../queries/claim-answer.ts';
import type { MemoryContext } from '../memory-context.ts';

/** Thrown to who makes an answer that is no longer its own: cancelled, erased, or taken over. Nobody else sees it. */
export const lostAnswer = () => new PlatformError('CANCELLED', 'The answer was cancelled.');

/**
 * Does `work` while renewing the answer's lease, and aborts its signal as soon as the answer is no longer the token's: a
 * hint tells of that at once, the next renewal at the latest.
 */
export async function whileHeld<T>(
  ctx: MemoryContext,
  lease: Lease,
  stopping: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const renew = () =>
    ctx
      .transact((tx) => renewAnswer(tx, lease))
      .then((held) => held || lost.abort(lostAnswer()))
      .catch((err: unknown) =>
        ctx.logger.warn({ err, answerId: lease.id }, 'the lease of an answer could not be renewed'),
      );
  const stop = ctx.wakeUp.subscribe(endedTopic(lease.id), () => lost.abort(lostAnswer()));
  const timer = setInterval(() => void renew(), (LEASE_SECONDS * 1_000) / 3);
  try {
    return await work(AbortSignal.any([stopping, lost.signal]));
  } finally {
    clearInterval(timer);
    stop();
  }
}
