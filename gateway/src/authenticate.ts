import { type Caller, NO_CAUSE, PlatformError } from '@rae/kernel';
import { currentTraceparent } from '@rae/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestScope } from './scope.ts';

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace of the code that runs now, or else the one that the client sent. */
export function traceparentOf(header: unknown): string | null {
  const traced = currentTraceparent();
  if (traced) return traced;
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : null;
}

/** Aborts when the connection closes before the answer is out. */
function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  if (reply.raw.destroyed) controller.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

const scopes = new WeakMap<FastifyRequest, RequestScope>();

/** @throws PlatformError UNAUTHENTICATED for a request that came without a credential, as that for the landing page does */
export function getScope(request: FastifyRequest): RequestScope {
  const scope = scopes.get(request);
  if (!scope) throw new PlatformError('UNAUTHENTICATED', 'Send a key or a token as `Authorization: Bearer …`.');
  return scope;
}

/** A browser that opens the address asks for a page and has no way to send a key. */
const asksForPage = (request: FastifyRequest) =>
  request.method === 'GET' && !request.headers.authorization && request.headers.accept?.includes('text/html');

const declaredBytes = (request: FastifyRequest) =>
  request.headers['transfer-encoding'] ? Number.POSITIVE_INFINITY : Number(request.headers['content-length'] ?? 0);

export interface AuthenticateOptions {
  readonly authenticate: (authorization: string | null) => Promise<Caller>;
  readonly unauthenticatedBytes: number;
  /** Whether there is a page to show at this address. */
  readonly page: boolean;
}

/**
 * A hook that finds out who asks before the body is read. The connection of a refused request with a large body is closed,
 * so that nobody without a key makes the server read more than `unauthenticatedBytes`.
 */
export function createAuthenticateHook({ authenticate, unauthenticatedBytes, page }: AuthenticateOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (page && asksForPage(request)) return;
    try {
      const caller = await authenticate(request.headers.authorization ?? null);
      const traceparent = traceparentOf(request.headers.traceparent);
      scopes.set(request, { caller, cause: NO_CAUSE, traceparent, signal: signalOf(reply) });
    } catch (error) {
      if (declaredBytes(request) > unauthenticatedBytes) reply.header('connection', 'close');
      throw error;
    }
  };
}
