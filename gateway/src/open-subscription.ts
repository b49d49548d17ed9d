import type { PlatformError } from '@rae/kernel';
import type { FormattedExecutionResult } from 'graphql';

/**
 * One event as the client asked for it; cursor: where to go on after it, null when unknown. A null result is no event: it
 * says where the subscription starts, so that one that is lost before its first event can be resumed.
 */
export interface Delivery {
  readonly result: FormattedExecutionResult | null;
  readonly cursor: string | null;
}

/** `return` and `end` take effect at once, also while an event is awaited. */
export interface OpenSubscription extends AsyncIterableIterator<Delivery> {
  /** The reader gets `reason` thrown instead of the next event. */
  end(reason: PlatformError): void;
  return(): Promise<IteratorResult<Delivery>>;
}

/** @param release called once or more when nothing will be read any more, also when nothing ever was */
export function openSubscription(
  events: AsyncGenerator<Delivery, void, void>,
  ending: AbortController,
  release: () => void,
): OpenSubscription {
  const subscription: OpenSubscription = {
    [Symbol.asyncIterator]: () => subscription,
    async next() {
      try {
        const step = await events.next();
        if (step.done) release();
        return step;
      } catch (error) {
        release();
        throw error;
      }
    },
    async return() {
      release();
      // wakes a `next` that waits for an event; a generator's own `return` would wait for that one
      ending.abort();
      await events.return();
      return { done: true, value: undefined };
    },
    end: (reason) => ending.abort(reason),
  };
  return subscription;
}
