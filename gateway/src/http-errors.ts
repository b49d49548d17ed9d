import { badInput, isPlatformError, type Logger, notFound, PlatformError } from '@rae/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FormatError, formatAny } from './errors.ts';
import { refusalHeaders } from './rate-headers.ts';
import type { RequestMetrics } from './request-metrics.ts';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What Fastify found wrong with a request, as one of our refusals; null for what is no fault of the request. */
function refusalOf(error: unknown, bodyBytes: number): PlatformError | null {
  if (isPlatformError(error)) return error;
  const { code, statusCode, message } = isRecord(error) ? error : {};
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new PlatformError('PAYLOAD_TOO_LARGE', `The body is larger than ${bodyBytes} bytes.`, { limit: bodyBytes });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new PlatformError('UNSUPPORTED_MEDIA_TYPE', 'The body has to be of the type application/json.');
  if (code === 'ERR_INVALID_URL') return badInput('host', 'this is not the name of a host');
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return badInput('body', `this is not a JSON object (${String(message)})`);
  return null;
}

/** Only what came from outside makes the type of the answer: GraphQL's own where the client takes it. */
const typeFor = (request: FastifyRequest) =>
  request.headers.accept?.includes('application/graphql-response+json')
    ? 'application/graphql-response+json; charset=utf-8'
    : 'application/json; charset=utf-8';

export interface HttpErrorOptions {
  readonly format: FormatError;
  readonly bodyBytes: number;
  readonly requests: RequestMetrics;
  readonly logger: Logger;
}

/** Answers everything that fails outside GraphQL in GraphQL's shape: `{ errors: [{ message, extensions }] }`. */
export function answerErrors(app: FastifyInstance, options: HttpErrorOptions): void {
  function send(request: FastifyRequest, reply: FastifyReply, error: unknown) {
    const refusal = refusalOf(error, options.bodyBytes);
    options.requests.refused(refusal?.code ?? 'INTERNAL');
    if (refusal?.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
    if (refusal) reply.headers(refusalHeaders(refusal));
    const errors = [formatAny(options.format, refusal ?? error)];
    return reply
      .code(refusal?.status ?? 500)
      .type(typeFor(request))
      .send(JSON.stringify({ errors }));
  }
  app.setErrorHandler((error, request, reply) => send(request, reply, error));
  app.setNotFoundHandler((request, reply) => send(request, reply, notFound('path', request.url.split('?')[0] ?? '/')));
}
