import { RaeError } from './errors.ts';

/**
 * A root field is nullable so that one subgraph that fails does not take the others' answers with it; its null comes with an
 * error, which is thrown before.
 */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined)
    throw new RaeError('INTERNAL', 'The server answered with null and did not say why.');
  return value;
}

/** The same events, each as `map` makes it. */
export function mapEvents<A, B>(events: AsyncIterableIterator<A>, map: (event: A) => B): AsyncIterableIterator<B> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await events.next();
      return step.done ? { done: true, value: undefined } : { done: false, value: map(step.value) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
}
