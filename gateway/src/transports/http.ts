import type { Readable } from 'node:stream';
import { isPlatformError, PlatformError } from '@rae/kernel';
import { Pool } from 'undici';
import type { RequestScope } from '../scope.ts';
import type { SubgraphTransport, TransportRequest, TransportResult } from '../transport.ts';
import { withDeadline } from './deadline.ts';
import { failure, refusesToken, TOKEN_REFUSED, unavailable } from './failure.ts';
import { createWebSocketSubscriber } from './web-socket.ts';

export interface HttpTransportOptions {
  readonly name: string;
  /** The subgraph's GraphQL endpoint, `http://host:port/path`; its WebSocket is at the same address. */
  readonly url: string;
  /** The internal token of this call, for this subgraph alone. */
  readonly signToken: (scope: RequestScope) => Promise<string>;
  /** From sending to the last byte of the answer. 60 000 unless told. */
  readonly timeoutMs?: number;
  /** Largest answer that is taken. 64 MiB unless told. */
  readonly maxResponseBytes?: number;
  /** Path at the same origin that answers 200 while the subgraph can be asked. `/health/ready` unless told. */
  readonly healthPath?: string;
}

/** Measured: a pool with keep-alive costs a quarter of the global fetch per call; pipelining would let one slow answer hold others. */
const CONNECTIONS = 32;
const CHECK_TIMEOUT_MS = 2_000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Null when it is larger. By events: reading it as an async iterable took 5 % of the gateway's CPU (profiled). */
function readWithin(body: Readable, limit: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      resolve(null);
      body.destroy();
    });
    body.on('end', () => resolve(Buffer.concat(chunks).toString()));
    body.on('error', reject);
  });
}

function parseAnswer(text: string): TransportResult | null {
  try {
    const answer: unknown = JSON.parse(text);
    return isRecord(answer) && ('data' in answer || Array.isArray(answer.errors)) ? answer : null;
  } catch {
    return null;
  }
}

/** One HTTP exchange after the other, over a pool of connections to one origin. */
function createExchange(options: HttpTransportOptions, pool: Pool) {
  const { name, signToken, timeoutMs = 60_000, maxResponseBytes = 64 * 1024 * 1024 } = options;
  const { pathname, search } = new URL(options.url);
  const tooLate = () =>
    new PlatformError('TIMEOUT', `Subgraph ${name} did not answer within ${timeoutMs} ms.`, { dependency: name });
  const wrong = (what: string, details = {}) =>
    failure('DEPENDENCY_UNAVAILABLE', `Subgraph ${name} ${what}.`, { dependency: name, ...details });

  async function send(request: TransportRequest, scope: RequestScope, signal: AbortSignal) {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${await signToken(scope)}`,
      ...(scope.traceparent ? { traceparent: scope.traceparent } : {}),
    };
    const body = JSON.stringify(request);
    const answer = await pool.request({ path: `${pathname}${search}`, method: 'POST', headers, body, signal });
    return { statusCode: answer.statusCode, text: await readWithin(answer.body, maxResponseBytes) };
  }

  return async (request: TransportRequest, scope: RequestScope): Promise<TransportResult> => {
    const ask = (signal: AbortSignal) => send(request, scope, signal);
    const { statusCode, text } = await withDeadline(scope.signal, timeoutMs, tooLate, ask);
    if (text === null)
      return wrong(`answered with more than ${maxResponseBytes} bytes`, { limit: maxResponseBytes, retryable: false });
    const answer = parseAnswer(text);
    if (statusCode === 401 || (answer && refusesToken(answer))) return wrong(TOKEN_REFUSED);
    return answer ?? wrong(`did not answer in GraphQL (HTTP ${statusCode})`);
  };
}

/** @throws PlatformError DEPENDENCY_UNAVAILABLE */
async function checkHealth(name: string, pool: Pool, path: string): Promise<void> {
  const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
  const answer = await pool.request({ path, method: 'GET', signal }).catch((error: unknown) => {
    throw unavailable(name, 'could not be reached', error);
  });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw unavailable(name, `is not ready (HTTP ${answer.statusCode})`);
}

/**
 * Asks a subgraph over HTTP/1.1 through a pool of 32 connections to its origin, and over one WebSocket
 * (graphql-transport-ws) for subscriptions. Sends the internal token and the trace, and nothing of the client's.
 */
export function createHttpTransport(options: HttpTransportOptions): SubgraphTransport {
  const { name, url, signToken, healthPath = '/health/ready' } = options;
  const pool = new Pool(new URL(url).origin, { connections: CONNECTIONS, pipelining: 1 });
  const exchange = createExchange(options, pool);
  const subscriber = createWebSocketSubscriber({ name, url: url.replace(/^http/, 'ws'), signToken });

  function failureOf(error: unknown, { signal }: RequestScope): TransportResult {
    if (isPlatformError(error)) return failure(error.code, error.message, error.details);
    const details = { dependency: name };
    if (signal?.aborted)
      return failure('CANCELLED', `Subgraph ${name} was not waited for, because the client is gone.`, details);
    return failure('DEPENDENCY_UNAVAILABLE', `Subgraph ${name} could not be reached.`, details);
  }

  return {
    name,
    execute: (request, scope) => exchange(request, scope).catch((error: unknown) => failureOf(error, scope)),
    subscribe: subscriber.subscribe,
    check: () => checkHealth(name, pool, healthPath),
    async close() {
      await subscriber.close();
      await pool.destroy();
    },
  };
}
