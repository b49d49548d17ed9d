import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type Logger, PlatformError } from '@rae/kernel';
import { createErrorFormatter } from '@rae/telemetry';
import Fastify, { type FastifyInstance } from 'fastify';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { subscribeFreshly } from '../subscribe-freshly.ts';
import type { ToyContext, ToyWorld } from './toy-world.ts';

export interface ToyServer {
  readonly url: string;
  readonly port: number;
  readonly requests: { query: string; variables: Record<string, unknown>; authorization: string }[];
  /** Drops every connection at once, as a crash does. */
  kill(): Promise<void>;
}

export interface ToyServerOptions {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly world: ToyWorld;
  readonly logger: Logger;
  readonly port?: number;
}

/** `internal <subgraph> <actor>`, as the toy gateway signs it. */
function actorOf(token: unknown, subgraph: string): string {
  const [kind, audience, actor] = String(token).replace('Bearer ', '').split(' ');
  if (kind !== 'internal' || audience !== subgraph || !actor)
    throw new PlatformError('UNAUTHENTICATED', 'This takes internal tokens alone.');
  return actor;
}

function contextOf(world: ToyWorld, token: unknown, subgraph: string, traceparent: unknown): ToyContext {
  const trace = typeof traceparent === 'string' ? traceparent : null;
  const context = { actor: actorOf(token, subgraph), traceparent: trace, signal: null };
  world.contexts.push(context);
  return context;
}

const refused = (error: unknown) =>
  new GraphQLError(String(error), { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });

/** Queries and mutations at /graphql. */
async function serveHttp(app: FastifyInstance, options: ToyServerOptions, requests: ToyServer['requests']) {
  const { name, schema, world, logger } = options;
  const server = new ApolloServer<ToyContext>({
    schema,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    formatError: createErrorFormatter(logger),
    stopOnTerminationSignals: false,
  });
  await server.start();
  app.get('/health/ready', async () => ({ status: 'ok' }));
  app.route({
    method: 'POST',
    url: '/graphql',
    async preHandler({ body, headers }) {
      const { query, variables = {} } = body as { query: string; variables?: Record<string, unknown> };
      requests.push({ query, variables, authorization: headers.authorization ?? '' });
    },
    handler: fastifyApolloHandler(server, {
      context: async ({ headers }) => {
        try {
          return contextOf(world, headers.authorization, name, headers.traceparent);
        } catch (error) {
          throw refused(error);
        }
      },
    }),
  });
  return server;
}

/** Subscriptions at the same address. */
function serveWebSocket(app: FastifyInstance, options: ToyServerOptions, requests: ToyServer['requests']) {
  const { name, schema, world, logger } = options;
  const format = createErrorFormatter(logger);
  const sockets = new WebSocketServer({ server: app.server, path: '/graphql' });
  const contexts = new WeakMap<ExecutionArgs, () => ToyContext>();
  const edge = useServer(
    {
      onSubscribe(_ctx, _id, { query, variables, operationName, extensions }: SubscribePayload) {
        const make = () => contextOf(world, extensions?.token, name, extensions?.traceparent);
        const args: ExecutionArgs = { schema, document: parse(query), variableValues: variables, operationName };
        contexts.set(args, make);
        requests.push({ query, variables: variables ?? {}, authorization: String(extensions?.token) });
        try {
          make();
          return args;
        } catch (error) {
          return [refused(error)];
        }
      },
      subscribe: async (args) =>
        (await subscribeFreshly({ ...args, contextFor: contexts.get(args) ?? (() => ({})) })) as ExecutionResult,
      onNext: (_ctx, _id, _payload, _args, { errors, ...result }) => ({
        ...result,
        ...(errors ? { errors: errors.map((error) => format(error.toJSON(), error)) } : {}),
      }),
      onError: (_ctx, _id, _payload, errors) => errors.map((error) => format(error.toJSON(), error)),
    },
    sockets,
  );
  return { sockets, edge };
}

/** A toy subgraph as a process of its own would serve it: GraphQL over HTTP and graphql-transport-ws at one address. */
export async function startToyServer(options: ToyServerOptions): Promise<ToyServer> {
  const requests: ToyServer['requests'] = [];
  const app = Fastify({ forceCloseConnections: true });
  const server = await serveHttp(app, options, requests);
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const { sockets, edge } = serveWebSocket(app, options, requests);
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    port,
    requests,
    async kill() {
      for (const socket of sockets.clients) socket.terminate();
      await edge.dispose();
      await server.stop();
      await app.close();
    },
  };
}
