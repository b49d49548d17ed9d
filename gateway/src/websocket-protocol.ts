import { type Caller, isPlatformError, NO_CAUSE, PlatformError } from '@rae/kernel';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { CloseCode, type Context, makeServer, type SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { asGraphQLError, type FormatError, formatAny } from './errors.ts';
import type { OpenSubscription } from './open-subscription.ts';
import type { Operations } from './operations.ts';
import type { RequestScope } from './scope.ts';
import type { TransportRequest } from './transport.ts';

export interface ProtocolOptions {
  readonly operations: Operations;
  readonly schema: () => GraphQLSchema;
  readonly authenticate: (authorization: string | null) => Promise<Caller>;
  readonly watchCredential: (caller: Caller, onEnd: (reason: PlatformError) => void) => () => void;
  readonly operationsPerSocket: number;
  readonly format: FormatError;
}

/** One socket of a client. caller: null before its credential was accepted. ended: why it is no longer accepted. */
export interface Connection {
  readonly socket: WebSocket;
  readonly traceparent: string | null;
  readonly gone: AbortController;
  readonly open: Map<string, OpenSubscription>;
  caller: Caller | null;
  ended: PlatformError | null;
  unwatch: () => void;
}

type Ctx = Context<Record<string, unknown>, Connection>;

const TRY_AGAIN_LATER = 1013;
/** For a client that does not read, not even why it was refused. */
const CLOSE_WITHIN_MS = 1_000;

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
const authorizationOf = ({ connectionParams = {} }: Ctx) =>
  textOf(connectionParams.authorization) ?? textOf(connectionParams.Authorization);

/** graphql-ws asks for GraphQLErrors to format them itself; ours are formatted already, and `onNext` sends them as they are. */
const asResult = (result: FormattedExecutionResult): ExecutionResult => result as ExecutionResult;

function resultsOf(opened: OpenSubscription): AsyncIterableIterator<ExecutionResult> {
  const results: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => results,
    async next() {
      const step = await opened.next();
      return step.done ? { done: true, value: undefined } : { done: false, value: asResult(step.value.result) };
    },
    async return() {
      await opened.return();
      return { done: true, value: undefined };
    },
  };
  return results;
}

function refuseConnection({ socket }: Connection, authorization: string | null, error: unknown): false {
  if (isPlatformError(error) && error.code !== 'UNAUTHENTICATED') socket.close(TRY_AGAIN_LATER, error.code);
  else if (authorization === null) socket.close(CloseCode.Unauthorized, 'Unauthorized');
  else socket.close(CloseCode.Forbidden, 'Forbidden');
  return false;
}

/** Every subscription gets the reason as its error, and then the socket is closed. */
function endConnection(connection: Connection, reason: PlatformError): void {
  const { socket, open } = connection;
  connection.ended = reason;
  for (const opened of open.values()) opened.end(reason);
  if (open.size === 0) socket.close(CloseCode.Forbidden, 'Forbidden');
  const timer = setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS);
  socket.once('close', () => clearTimeout(timer));
}

const requestOf = ({ query, variables, operationName }: SubscribePayload): TransportRequest => ({
  query,
  variables: variables ?? {},
  ...(operationName ? { operationName } : {}),
});

/** graphql-transport-ws: queries, mutations and subscriptions of one authenticated connection. */
export function createProtocol(options: ProtocolOptions) {
  const { operations, schema, authenticate, watchCredential, operationsPerSocket, format } = options;
  const asked = new WeakMap<ExecutionArgs, () => Promise<ExecutionResult> | AsyncIterableIterator<ExecutionResult>>();
  const answer = (args: ExecutionArgs) => asked.get(args)?.() ?? { errors: [] };

  function scopeOf({ caller, ended, gone, traceparent }: Connection): RequestScope {
    if (ended) throw ended;
    if (!caller) throw new PlatformError('UNAUTHENTICATED', 'The connection has no accepted credential.');
    return { caller, cause: NO_CAUSE, traceparent, signal: gone.signal };
  }

  function begin(ctx: Ctx, id: string, payload: SubscribePayload): ExecutionArgs | readonly GraphQLError[] {
    const { extra, subscriptions } = ctx;
    const scope = scopeOf(extra);
    if (Object.keys(subscriptions).length > operationsPerSocket)
      throw new PlatformError('RATE_LIMITED', `A connection may have ${operationsPerSocket} operations open.`, {
        limit: operationsPerSocket,
        remaining: 0,
        resetsAt: null,
      });
    const request = requestOf(payload);
    const prepared = operations.prepare(request, scope.caller);
    if ('errors' in prepared) return prepared.errors;
    const { document, operation, variables } = prepared;
    const args: ExecutionArgs = {
      schema: schema(),
      document,
      variableValues: variables,
      operationName: operation.name?.value,
    };
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      const opened = operations.subscribe(prepared, scope, null);
      extra.open.set(id, opened);
      asked.set(args, () => resultsOf(opened));
    } else asked.set(args, async () => asResult(await operations.execute(request, scope)));
    return args;
  }

  return makeServer<Record<string, unknown>, Connection>({
    async onConnect(ctx) {
      const { extra } = ctx;
      const authorization = authorizationOf(ctx);
      try {
        extra.caller = await authenticate(authorization);
      } catch (error) {
        return refuseConnection(extra, authorization, error);
      }
      extra.unwatch = watchCredential(extra.caller, (reason) => endConnection(extra, reason));
      return true;
    },
    onSubscribe(ctx, id, payload) {
      try {
        return begin(ctx, id, payload);
      } catch (error) {
        return [asGraphQLError(error)];
      }
    },
    execute: answer,
    subscribe: answer,
    onNext: (_ctx, _id, _payload, _args, result) => result,
    onError: (_ctx, _id, _payload, errors) => errors.map((error) => formatAny(format, error)),
    onComplete({ extra }, id) {
      extra.open.delete(id);
      if (extra.ended && extra.open.size === 0) extra.socket.close(CloseCode.Forbidden, 'Forbidden');
    },
    onClose({ extra }) {
      extra.unwatch();
      extra.gone.abort();
    },
  });
}
