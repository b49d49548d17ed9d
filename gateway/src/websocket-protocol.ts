import type { Caller, PlatformError } from '@rae/kernel';
import type { GraphQLSchema } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import { asGraphQLError, type FormatError, formatAny } from './errors.ts';
import type { Operations } from './operations.ts';
import { type Connection, endConnection, refuseConnection } from './websocket-connection.ts';
import { createSocketOperations, type SocketContext } from './websocket-operations.ts';

export interface ProtocolOptions {
  readonly operations: Operations;
  readonly schema: () => GraphQLSchema;
  readonly authenticate: (authorization: string | null) => Promise<Caller>;
  readonly watchCredential: (caller: Caller, onEnd: (reason: PlatformError) => void) => () => void;
  readonly operationsPerSocket: number;
  readonly format: FormatError;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
const authorizationOf = ({ connectionParams = {} }: SocketContext) =>
  textOf(connectionParams.authorization) ?? textOf(connectionParams.Authorization);

/** graphql-transport-ws: queries, mutations and subscriptions of one authenticated connection. */
export function createProtocol(options: ProtocolOptions) {
  const { operations, schema, authenticate, watchCredential, operationsPerSocket, format } = options;
  const { begin, answer } = createSocketOperations(operations, schema, operationsPerSocket);
  return makeServer<Record<string, unknown>, Connection>({
    async onConnect(ctx) {
      const { extra } = ctx;
      const authorization = authorizationOf(ctx);
      try {
        extra.caller = await authenticate(authorization);
      } catch (error) {
        return refuseConnection(extra, authorization, error);
      }
      // gone while its credential was looked up: nobody would stop watching it
      if (extra.gone.signal.aborted) return false;
      extra.unwatch = watchCredential(extra.caller, (reason) => endConnection(extra, reason));
      return true;
    },
    async onSubscribe(ctx, id, payload) {
      try {
        return await begin(ctx, id, payload);
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
