import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { EVENTS_AHEAD, mapAhead } from './map-ahead.ts';

export interface FreshSubscription {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
  /** Makes the context of the subscribe resolver, and a new one for every event. */
  readonly contextFor: () => unknown;
}

/** A property of something that a resolver gave, where it is a text. */
const textOf = (value: unknown, name: string): string | null => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
  return typeof found === 'string' ? found : null;
};

async function answer(subscription: FreshSubscription, rootValue: unknown): Promise<ExecutionResult> {
  const { contextFor, ...args } = subscription;
  const result = await execute({ ...args, rootValue, contextValue: await contextFor() });
  const traceparent = textOf(rootValue, 'traceparent');
  return traceparent ? { ...result, extensions: { ...result.extensions, traceparent } } : result;
}

/**
 * graphql-js' `subscribe` as the gateway wants it from a subgraph, in process and behind a subgraph's WebSocket:
 * - every event has a context of its own, so that loaders of one event never answer the next with what they loaded before;
 * - a `traceparent` on an event of the source is passed on in the result's extensions;
 * - a `startCursor` on the source itself becomes a first result of nothing but `extensions.cursor`, so that a stream lost
 *   before its first event can be resumed as well.
 *
 * Gives the errors of a subscription that is refused; what the source throws is thrown to the reader.
 */
export async function subscribeFreshly(
  subscription: FreshSubscription,
): Promise<AsyncIterableIterator<ExecutionResult> | { readonly errors: readonly GraphQLError[] }> {
  const { contextFor, ...args } = subscription;
  const source = await createSourceEventStream({ ...args, contextValue: await contextFor() });
  if (!(Symbol.asyncIterator in source)) return { errors: source.errors ?? [] };
  const answers = mapAhead(source, EVENTS_AHEAD, (event) => answer(subscription, event));
  let cursor = textOf(source, 'startCursor');
  const results: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => results,
    async next() {
      const position = cursor ? { extensions: { cursor } } : null;
      cursor = null;
      return position ? { done: false, value: position } : answers.next();
    },
    async return() {
      // wakes the source, which `answers` waits for
      await source[Symbol.asyncIterator]().return?.();
      return { done: true, value: undefined };
    },
  };
  return results;
}
