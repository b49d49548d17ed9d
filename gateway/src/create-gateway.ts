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
  /** A query or mutation of this very process, on behalf of `scope.caller`, under the same limits and roles; never rejects. */
  execute(request: TransportRequest, scope: RequestScope): Promise<FormattedExecutionResult>;
  /**
   * Fails readiness, ends open streams so that clients resume elsewhere, waits for requests in flight, closes.
   * Idempotent. The transports stay open: who made them closes them.
   */
  stop(): Promise<void>;
}

/**
 * Starts the federated edge: GraphQL over HTTP, WebSocket and server-sent events in front of the subgraphs.
 *
 * @throws Error when the supergraph is not valid, a root field of it has no `@access`, or a subgraph of it no transport
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { supergraphSdl, introspection, logger, metrics } = options;
  const limits = limitsOf(options);
  const format = createFormatError(logger, !options.production);
  const requests = createRequestMetrics(metrics);
  const transports = new Map(options.transports.map((transport) => [transport.name, transport]));
  const federation = createFederation({ supergraphSdl, transports, introspection, logger });
  const { gateway, planCache, planner, served } = federation;
  const documents = createDocuments(limits, served);
  const app = createHttpServer(limits);
  const drain = fastifyApolloDrainPlugin(app);
  const server = createApolloServer({ gateway, documents, format, introspection, requests, logger, drain });
  await server.start();

  const perTenant = limits.subscriptionsPerTenant;
  const subscriptions = createSubscriptions({
    gateway,
    planCache,
    planner,
    transports,
    perTenant,
    format,
    logger,
    metrics,
  });
  const operations = createOperations({ server, documents, subscriptions, format, requests });
  const { authenticate, watchCredential, allowedOrigins = [] } = options;
  const sockets = createWebSocketEdge({
    operations,
    schema: () => served().schema,
    authenticate,
    watchCredential,
    operationsPerSocket: limits.operationsPerSocket,
    maxMessageBytes: limits.unauthenticatedBytes,
    allowedOrigins,
    format,
    logger,
  });
  let stopped: Promise<void> | null = null;
  serveRoutes(app, {
    gateway: options,
    limits,
    server,
    documents,
    operations,
    format,
    watchCredential,
    bodyBytes: limits.bodyBytes,
    requests,
    logger,
    draining: () => stopped !== null,
  });
  app.server.on('upgrade', sockets.upgrade);
  const closeUnused = trackUnusedConnections(app.server);
  await app.listen({ host: options.host, port: options.port }).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const { port } = app.server.address() as AddressInfo;

  async function stop(): Promise<void> {
    await sockets.stop();
    subscriptions.stop();
    closeUnused();
    await server.stop();
  }

  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}/graphql`,
    port,
    reload(next) {
      federation.reload(next);
      subscriptions.replan();
    },
    execute: operations.execute,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
