import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { isPlatformError } from '@rae/kernel';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { createAuthenticateHook, getScope } from './authenticate.ts';
import type { Documents } from './documents.ts';
import { asHttpRefusal } from './errors.ts';
import { serveGraphiql } from './graphiql.ts';
import { serveHealth } from './health.ts';
import { answerErrors, type HttpErrorOptions } from './http-errors.ts';
import type { OperationContext } from './operation-context.ts';
import type { GatewayLimits, GatewayOptions } from './options.ts';
import { createSseHandler, type SseOptions, wantsEventStream } from './sse.ts';

/** How long a client may take to send one request: 16 MiB at 1 Mbit/s. */
const REQUEST_WITHIN_MS = 135_000;

export const createHttpServer = (limits: GatewayLimits): FastifyInstance =>
  Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: REQUEST_WITHIN_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
  });

export interface RoutesOptions extends SseOptions, HttpErrorOptions {
  readonly gateway: GatewayOptions;
  readonly limits: GatewayLimits;
  readonly server: ApolloServer<OperationContext>;
  readonly documents: Documents;
  readonly draining: () => boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The text of an operation, wherever it stands; null for a persisted one. */
function queryOf(request: FastifyRequest): string | null {
  const given = request.method === 'GET' ? request.query : request.body;
  return isRecord(given) && typeof given.query === 'string' ? given.query : null;
}

function contextOf(request: FastifyRequest): OperationContext {
  try {
    return { scope: getScope(request) };
  } catch (error) {
    throw isPlatformError(error) ? asHttpRefusal(error) : error;
  }
}

/** GraphQL over HTTP and server-sent events at /graphql, pages for people, health and metrics. */
export function serveRoutes(app: FastifyInstance, options: RoutesOptions): void {
  const { gateway, limits, server, documents } = options;
  answerErrors(app, options);
  // Node closes idle connections when a server stops, and waits for those that become idle afterwards
  app.addHook('onSend', async (_request, reply) => {
    if (options.draining()) reply.header('connection', 'close');
  });
  serveHealth(app, { readiness: gateway.readiness, draining: options.draining, metrics: gateway.metrics });
  if (gateway.introspection) serveGraphiql(app);

  // only JSON is a GraphQL request; Fastify would read text/plain as well
  app.removeContentTypeParser('text/plain');
  const stream = createSseHandler(options);
  const apollo = fastifyApolloHandler(server, { context: async (request) => contextOf(request) });
  app.route({
    url: '/graphql',
    // all that may carry a body: what is neither GET nor POST gets Apollo's 405 with `allow`
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    onRequest: createAuthenticateHook({
      authenticate: gateway.authenticate,
      unauthenticatedBytes: limits.unauthenticatedBytes,
      page: gateway.introspection,
    }),
    async preHandler(request) {
      const query = queryOf(request);
      if (query !== null) documents.admit(query);
    },
    handler(request, reply) {
      return wantsEventStream(request) ? stream(request, reply) : apollo.call(app, request, reply);
    },
  });
}
