import type { AddressInfo } from 'node:net';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { RequestScope } from '@rae/gateway';
import { subscribeFreshly } from '@rae/gateway/transports';
import type { InternalTokens } from '@rae/identity';
import { type Context, isPlatformError } from '@rae/kernel';
import { createErrorFormatter } from '@rae/telemetry';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { type ExecutionArgs, GraphQLError, parse } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Platform } from '../platform.ts';
import { serveHealth } from './health.ts';
import type { RunningSubgraph } from './subgraphs.ts';

export interface SubgraphServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** The gateway has checked its own, larger one; entity batches are larger than a client's request. */
const BODY_LIMIT = 64 * 1024 * 1024;

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const toGraphQLError = (error: unknown): GraphQLError => {
  if (!isPlatformError(error))
    return new GraphQLError('internal', { originalError: error instanceof Error ? error : null });
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { code: error.code, http: { status: error.status } },
  });
};

/** Nothing but the gateway's and peers' internal token is an identity here; `_entities` and `_service` want it too. */
async function readScope(
  tokens: InternalTokens,
  name: string,
  token: string | null,
  traceparent: string | null,
  signal: AbortSignal | null,
): Promise<RequestScope> {
  try {
    return { ...(await tokens.verify(token?.replace(/^Bearer /, '') ?? '', name)), traceparent, signal };
  } catch (error) {
    throw toGraphQLError(error);
  }
}

/** Aborted when the asker goes away before it has its answer. */
function abortedWith({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function serveHttp(app: FastifyInstance, { name, server, contextFor }: RunningSubgraph, tokens: InternalTokens): void {
  app.route({
    method: 'POST',
    url: `/${name}/graphql`,
    handler: fastifyApolloHandler(server, {
      context: async (request, reply) => {
        const { authorization, traceparent } = request.headers;
        return contextFor(
          await readScope(tokens, name, textOf(authorization), textOf(traceparent), abortedWith(reply)),
        );
      },
    }),
  });
}

function serveWebSocket({ name, schema, contextFor }: RunningSubgraph, platform: Platform, tokens: InternalTokens) {
  const format = createErrorFormatter(platform.logger);
  const sockets = new WebSocketServer({ noServer: true });
  const scopes = new WeakMap<ExecutionArgs, RequestScope>();
  const contextOf = (args: ExecutionArgs): Context | undefined => {
    const scope = scopes.get(args);
    return scope && contextFor(scope);
  };
  const edge = useServer(
    {
      async onSubscribe(_socket, _id, { query, variables, operationName, extensions }: SubscribePayload) {
        const args: ExecutionArgs = { schema, document: parse(query), variableValues: variables, operationName };
        try {
          scopes.set(
            args,
            await readScope(tokens, name, textOf(extensions?.token), textOf(extensions?.traceparent), null),
          );
          return args;
        } catch (error) {
          return [toGraphQLError(error)];
        }
      },
      subscribe: (args) => subscribeFreshly({ ...args, contextFor: () => contextOf(args) }) as never, // graphql-ws types its own result
      onNext: (_socket, _id, _payload, _args, { errors, ...result }) => ({
        ...result,
        ...(errors ? { errors: errors.map((error) => format(error.toJSON(), error)) } : {}),
      }),
      onError: (_socket, _id, _payload, errors) => errors.map((error) => format(error.toJSON(), error)),
    },
    sockets,
  );
  return { path: `/${name}/graphql`, sockets, dispose: () => edge.dispose() };
}

type SocketEdge = ReturnType<typeof serveWebSocket>;

/** Hands a socket to the subgraph of its path; any other is told so and closed. */
function routeUpgrades(app: FastifyInstance, edges: readonly SocketEdge[]): void {
  app.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const edge = edges.find(({ path }) => path === request.url?.split('?')[0]);
    if (!edge) return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
    edge.sockets.handleUpgrade(request, socket, head, (client) => edge.sockets.emit('connection', client, request));
  });
}

/** Serves the subgraphs of this process to a gateway elsewhere: `/<name>/graphql` over HTTP and WebSocket, and health. */
export async function serveSubgraphs(
  platform: Platform,
  subgraphs: readonly RunningSubgraph[],
  tokens: InternalTokens,
): Promise<SubgraphServer> {
  const { host, port } = platform.config;
  const app = Fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: 'idle' });
  const health = serveHealth(app, platform);
  for (const subgraph of subgraphs) serveHttp(app, subgraph, tokens);
  const edges = subgraphs.map((subgraph) => serveWebSocket(subgraph, platform, tokens));
  routeUpgrades(app, edges);
  await app.listen({ host, port });
  return {
    port: (app.server.address() as AddressInfo).port, // a TCP server's
    async stop() {
      health.drain();
      await Promise.all(edges.map((edge) => edge.dispose()));
      await app.close();
    },
  };
}
