import { badInput, type Caller, ERROR_CODES, isErrorCode, type PlatformError } from '@rae/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type GraphQLError, OperationTypeNode } from 'graphql';
import { getScope } from './authenticate.ts';
import { type FormatError, formatAny } from './errors.ts';
import type { Operations } from './operations.ts';
import { rateHeaders } from './rate-headers.ts';
import type { RequestScope } from './scope.ts';
import { openEventStream } from './sse-stream.ts';
import type { TransportRequest } from './transport.ts';

export interface SseOptions {
  readonly operations: Operations;
  readonly format: FormatError;
  readonly watchCredential: (caller: Caller, onEnd: (reason: PlatformError) => void) => () => void;
}

export const wantsEventStream = ({ method, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'POST') && (headers.accept?.includes('text/event-stream') ?? false);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseVariables(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    throw badInput('variables', 'this is not JSON');
  }
}

/** The operation of a POST's body or a GET's search parameters. */
function requestOf(request: FastifyRequest): TransportRequest {
  const given: unknown = request.method === 'GET' ? request.query : request.body;
  const { query, operationName, variables: sent } = isRecord(given) ? given : {};
  const variables = (request.method === 'GET' ? parseVariables(sent) : sent) ?? {};
  if (typeof query !== 'string') throw badInput('query', 'send the text of an operation');
  if (!isRecord(variables)) throw badInput('variables', 'this is not an object');
  return { query, variables, ...(typeof operationName === 'string' ? { operationName } : {}) };
}

/**
 * Streams over server-sent events by graphql-sse's protocol in its "distinct connections" mode: one request, one
 * operation; `next` carries a result, `complete` ends it. The `id` of an event is its cursor, so that the Last-Event-ID
 * of a client that reconnects resumes. What is refused before the stream starts is a JSON answer with its own status.
 */
export function createSseHandler({ operations, format, watchCredential }: SseOptions) {
  function refuse(reply: FastifyReply, errors: readonly GraphQLError[]) {
    const formatted = errors.map((error) => formatAny(format, error));
    const code = formatted[0]?.extensions?.code;
    return reply.code(isErrorCode(code) ? ERROR_CODES[code].status : 500).send({ errors: formatted });
  }

  async function* answer(request: TransportRequest, scope: RequestScope) {
    yield { result: await operations.execute(request, scope), cursor: null };
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const scope = getScope(request);
    const asked = requestOf(request);
    const prepared = operations.prepare(asked, scope.caller);
    if ('errors' in prepared) return refuse(reply, prepared.errors);
    const kind = prepared.operation.operation;
    if (request.method === 'GET' && kind === OperationTypeNode.MUTATION)
      throw badInput('query', 'a mutation cannot be sent by GET; use POST');
    const allowance = await operations.limitRate(prepared, scope.caller);
    for (const [name, value] of Object.entries(allowance ? rateHeaders(allowance) : {}))
      reply.raw.setHeader(name, value);
    const after = request.headers['last-event-id'];
    const streams = kind === OperationTypeNode.SUBSCRIPTION;
    const opened = streams ? operations.subscribe(prepared, scope, typeof after === 'string' ? after : null) : null;

    reply.hijack();
    const gone = scope.signal ?? new AbortController().signal;
    const unwatch = opened ? watchCredential(scope.caller, opened.end) : () => {};
    const leave = () => opened?.return();
    if (gone.aborted) await leave();
    gone.addEventListener('abort', leave, { once: true });
    const stream = openEventStream(reply.raw, gone);
    try {
      for await (const { result, cursor } of opened ?? answer(asked, scope)) await stream.next(result, cursor);
    } catch (error) {
      await stream.next({ errors: [formatAny(format, error)] }, null);
    } finally {
      unwatch();
      await stream.complete();
    }
    return undefined;
  };
}
