import type { Logger } from '@rae/kernel';
import type { Usage } from '@rae/metering';
import type { ProviderUsage } from './call-usage.ts';
import { endFailed } from './end-call.ts';
import type { LanguageModel } from './models.ts';
import type { OpenCall } from './open-call.ts';

type Stream = Awaited<ReturnType<LanguageModel['doStream']>>['stream'];
type Part = Stream extends ReadableStream<infer One> ? One : never;

export interface StreamedCall {
  readonly call: OpenCall;
  readonly settle: (reported: ProviderUsage | null, written: string) => Promise<void>;
  readonly spentAfter: (written: string) => Promise<Usage>;
}

export interface StreamLease {
  readonly leaseSeconds: number;
  readonly logger: Logger;
}

/** A lease begins anew when a third of it is over, so that two extensions may fail. */
const EXTENSIONS_A_LEASE = 3;

function keepLease({ call }: StreamedCall, { leaseSeconds, logger }: StreamLease): () => void {
  const extend = () =>
    call
      .extend()
      .catch((err: unknown) => logger.warn({ err, reservationId: call.reservation.id }, 'a lease was not extended'));
  const timer = setInterval(extend, (leaseSeconds * 1000) / EXTENSIONS_A_LEASE);
  timer.unref();
  return () => clearInterval(timer);
}

/** What a stream has told so far. */
function createRecord({ call }: StreamedCall) {
  let written = '';
  let reported: ProviderUsage | null = null;
  let failure: unknown = null;
  return {
    note(part: Part): void {
      if (part.type === 'text-delta' || part.type === 'reasoning-delta') {
        call.firstToken();
        written += part.delta;
      } else if (part.type === 'finish') reported = part.usage;
      else if (part.type === 'error') failure = part.error ?? new Error('the stream failed');
    },
    read: () => ({ written, reported, failure }),
  };
}

/**
 * Passes a stream on and settles its call when it ends: at the provider's usage where it came, else at what was streamed,
 * counted here. So does a stream that breaks off or is cancelled. Its end is passed on once it is settled.
 */
export function meterStream(
  stream: Stream,
  streamed: StreamedCall,
  lease: StreamLease,
  signal: AbortSignal | undefined,
): Stream {
  const reader = stream.getReader();
  const record = createRecord(streamed);
  const stopLease = keepLease(streamed, lease);
  const end = async (error: unknown): Promise<void> => {
    stopLease();
    signal?.removeEventListener('abort', onAbort);
    const { written, reported, failure } = record.read();
    const cause = error ?? failure;
    if (reported || cause === null) await streamed.settle(reported, written);
    else if (written) await streamed.call.settle(await streamed.spentAfter(written), true, 'broken_off');
    else await endFailed(streamed.call, cause, await streamed.spentAfter(''));
  };
  // Whoever aborts may well read no further.
  const onAbort = () => void end(signal?.reason ?? new Error('aborted'));
  signal?.addEventListener('abort', onAbort, { once: true });
  return new ReadableStream<Part>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          record.note(value);
          controller.enqueue(value);
          return;
        }
        await end(null);
        controller.close();
      } catch (error) {
        await end(error);
        controller.error(error);
      }
    },
    async cancel(reason) {
      await reader.cancel(reason).catch(() => {});
      await end(reason ?? new Error('cancelled'));
    },
  });
}
