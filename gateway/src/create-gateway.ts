import type { AddressInfo } from 'node:net';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FormattedExecutionResult } from 'graphql';
import { createApolloServer } from './apollo-server.ts';
import { createDocuments } from './documents.ts';
import { createFormatError } from './errors.ts';
import { createFederation } from './federation.ts';
import { createHttpServer, serveRoutes } from './http-server.ts';
import { createOperations } from './operations.ts';
import { type GatewayOptions, limitsOf } from './options.ts';
import { createLimitRate } from './rate-limits.ts';
import { createRequestMetrics } from './request-metrics.ts';
import type { RequestScope } from './scope.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { TransportRequest } from './transport.ts';
import { trackUnusedConnections } from './unused-connections.ts';
import { createWebSocketEdge } from './websocket.ts';

export interface Gateway {
  /** Of the GraphQL endpoint, `http://host:port/graphql`. */
  readonly url: string;
  readonly port: number;
  /**
   * Serves another supergraph from now on; open subscriptions go on under it, or end with an error that says why not.
   *
   * @throws Error that says what is wrong with the new one; the old one is served on
   */
  reload(supergraphSdl: string): void;
  /** A query or mutation of this very process, on behalf of `scope.caller`, under the same roles and sizes, and no rate limit; never rejects. */
  execute(request: TransportRequest, scope: RequestScope): Promise<FormattedExecutionResult>;
  /**
   * Fails readiness, ends open streams so that clients resume elsewhere, waits for requests in flight, closes.
   * Idempotent. The transports stay open: who made them closes them.
   */
  stop(): Promise<void>;
}

/** Makes the parts and starts what needs starting before the first request; nothing listens yet. */
async function assemble(options: GatewayOptions) {
  const { introspection, logger, metrics } = options;
  const limits = limitsOf(options);
  const transports = new Map(options.transports.map((transport) => [transport.name, transport]));
  const format = createFormatError(logger, !options.production);
  const requests = createRequestMetrics(metrics);
  const federation = createFederation({ supergraphSdl: options.supergraphSdl, transports, introspection, logger });
  const { gateway, planCache, planner, served } = federation;
  const documents = createDocuments(limits, served);
  const limitRate = createLimitRate(options.rateLimits ?? null);
  const app = createHttpServer(limits);
  const drain = fastifyApolloDrainPlugin(app);
  const server = createApolloServer({ gateway, documents, limitRate, format, introspection, requests, logger, drain });
  await server.start();
  const perTenant = limits.subscriptionsPerTenant;
  const upstream = { gateway, planCache, planner, transports };
  const subscriptions = createSubscriptions({ ...upstream, perTenant, format, logger, metrics });
  const operations = createOperations({ server, documents, limitRate, subscriptions, format, requests });
  return { limits, format, requests, federation, documents, app, server, subscriptions, operations };
}

type Parts = Awaited<ReturnType<typeof assemble>>;

const createSockets = (options: GatewayOptions, { operations, federation, limits, format }: Parts) =>
  createWebSocketEdge({
    operations,
    schema: () => federation.served().schema,
    authenticate: options.authenticate,
    watchCredential: options.watchCredential,
    operationsPerSocket: limits.operationsPerSocket,
    maxMessageBytes: limits.unauthenticatedBytes,
    allowedOrigins: options.allowedOrigins ?? [],
    format,
    logger: options.logger,
  });

/** @returns the port */
async function listen({ app, server }: Parts, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const address = app.server.address() as AddressInfo; // of a TCP server, which has a port
  return address.port;
}

const urlOf = (host: string, port: number) => `http://${host.includes(':') ? `[${host}]` : host}:${port}/graphql`;

/**
 * Starts the federated edge: GraphQL over HTTP, WebSocket and server-sent events in front of the subgraphs.
 *
 * @throws Error when the supergraph is not valid, a root field of it has no `@access`, or a subgraph of it no transport;
 *   the system's error when the port cannot be had
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const parts = await assemble(options);
  const { app, server, federation, subscriptions, operations, limits } = parts;
  const sockets = createSockets(options, parts);
  let stopped: Promise<void> | null = null;
  const { watchCredential, logger } = options;
  const draining = () => stopped !== null;
  serveRoutes(app, { ...parts, gateway: options, watchCredential, logger, bodyBytes: limits.bodyBytes, draining });
  app.server.on('upgrade', sockets.upgrade);
  const closeUnused = trackUnusedConnections(app.server);
  const port = await listen(parts, options.host, options.port);

  async function stop(): Promise<void> {
    await sockets.stop();
    subscriptions.stop();
    closeUnused();
    await server.stop();
  }

  return {
    url: urlOf(options.host, port),
    port,
    reload(supergraphSdl) {
      federation.reload(supergraphSdl);
      subscriptions.replan();
    },
    execute: operations.execute,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
