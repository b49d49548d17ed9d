import { PlatformError } from '@rae/kernel';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import type { OpenSubscription } from './open-subscription.ts';
import type { Operations } from './operations.ts';
import type { TransportRequest } from './transport.ts';
import { type Connection, scopeOf } from './websocket-connection.ts';

export type SocketContext = Context<Record<string, unknown>, Connection>;
type Answer = Promise<ExecutionResult> | AsyncIterableIterator<ExecutionResult>;

/** graphql-ws asks for GraphQLErrors to format them itself; ours are formatted already, and `onNext` sends them as they are. */
const asResult = (result: FormattedExecutionResult): ExecutionResult => result as ExecutionResult;

function resultsOf(opened: OpenSubscription): AsyncIterableIterator<ExecutionResult> {
  const results: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => results,
    async next() {
      for (;;) {
        const { done, value } = await opened.next();
        if (done || !value) return { done: true, value: undefined };
        // graphql-transport-ws has no message for the place where a subscription starts
        if (value.result) return { done: false, value: asResult(value.result) };
      }
    },
    async return() {
      await opened.return();
      return { done: true, value: undefined };
    },
  };
  return results;
}

const requestOf = ({ query, variables, operationName }: SubscribePayload): TransportRequest => ({
  query,
  variables: variables ?? {},
  ...(operationName ? { operationName } : {}),
});

function checkCount(open: number, limit: number): void {
  if (open <= limit) return;
  const details = { limit, remaining: 0, resetsAt: null };
  throw new PlatformError('RATE_LIMITED', `A connection may have ${limit} operations open; end one first.`, details);
}

/**
 * The operations of sockets: `begin` checks one and says what graphql-ws is to execute, `answer` is what it executes then.
 *
 * @throws from `begin`: PlatformError UNAUTHENTICATED, RATE_LIMITED, DEPENDENCY_UNAVAILABLE
 */
export function createSocketOperations(operations: Operations, schema: () => GraphQLSchema, perSocket: number) {
  const asked = new WeakMap<ExecutionArgs, () => Answer>();
  return {
    async begin(
      socket: SocketContext,
      id: string,
      payload: SubscribePayload,
    ): Promise<ExecutionArgs | readonly GraphQLError[]> {
      const { extra } = socket;
      const scope = scopeOf(extra);
      checkCount(Object.keys(socket.subscriptions).length, perSocket);
      const request = requestOf(payload);
      const prepared = operations.prepare(request, scope.caller);
      if ('errors' in prepared) return prepared.errors;
      await operations.limitRate(prepared, scope.caller);
      // completed or ended meanwhile: graphql-ws would not read what is opened for it now
      if (!(id in socket.subscriptions))
        throw new PlatformError('CANCELLED', 'The operation was completed before it began.');
      scopeOf(extra);
      const { document, operation } = prepared;
      const args: ExecutionArgs = { schema: schema(), document, operationName: operation.name?.value };
      if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
        const opened = operations.subscribe(prepared, scope, null);
        extra.open.set(id, opened);
        asked.set(args, () => resultsOf(opened));
      } else asked.set(args, async () => asResult(await operations.execute(request, scope)));
      return args;
    },
    answer: (args: ExecutionArgs): Answer => asked.get(args)?.() ?? Promise.resolve({ errors: [] }),
  };
}
