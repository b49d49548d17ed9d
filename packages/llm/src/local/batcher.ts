import { PlatformError } from '@rae/kernel';
import { takeBatch, type WaitingCall } from './take-batch.ts';

/** Answers the texts of many calls in batches. */
export interface Batcher {
  /** @throws CANCELLED when the signal fires first, or what the batch of one of the texts threw */
  submit(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
  /** Refuses with this error what waits, and whatever comes later. */
  close(reason: Error): void;
}

interface Call extends WaitingCall {
  readonly vectors: Float32Array[];
  readonly outcome: PromiseWithResolvers<Float32Array[]>;
}

const cancelled = () => new PlatformError('CANCELLED', 'The caller stopped waiting for the embedding.');

/**
 * Runs one batch at a time; calls that come meanwhile wait, and share the next one.
 *
 * @param run answers the vectors of its texts, in their order
 */
export function createBatcher(run: (texts: readonly string[]) => Promise<readonly Float32Array[]>): Batcher {
  const waiting = new Set<Call>();
  let running = false;
  let closed: Error | null = null;
  const refuse = (call: Call, reason: unknown) => {
    waiting.delete(call);
    call.outcome.reject(reason);
  };
  const finish = (call: Call) => {
    waiting.delete(call);
    call.outcome.resolve(call.vectors);
  };
  const runBatch = async () => {
    const batch = takeBatch([...waiting]);
    try {
      const vectors = await run(batch.map((slot) => slot.text));
      for (const [position, vector] of vectors.entries()) {
        const slot = batch[position];
        if (slot) slot.call.vectors[slot.index] = vector;
      }
      for (const { call } of batch) if (call.taken === call.texts.length) finish(call);
    } catch (error) {
      for (const { call } of batch) refuse(call, error);
    }
  };
  const drain = async () => {
    if (running) return;
    running = true;
    while (waiting.size > 0) await runBatch();
    running = false;
  };
  return {
    async submit(texts, signal) {
      if (closed) throw closed;
      if (signal?.aborted) throw cancelled();
      if (texts.length === 0) return [];
      const call: Call = { texts, taken: 0, vectors: [], outcome: Promise.withResolvers() };
      const onAbort = () => refuse(call, cancelled());
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.add(call);
      void drain();
      return call.outcome.promise.finally(() => signal?.removeEventListener('abort', onAbort));
    },
    close(reason) {
      closed = reason;
      for (const call of waiting) refuse(call, reason);
    },
  };
}
