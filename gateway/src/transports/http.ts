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

/**
 * Asks a subgraph over HTTP/1.1 through a pool of 32 connections to its origin, and over one WebSocket
 * (graphql-transport-ws) for subscriptions. Sends the internal token and the trace, and nothing of the client's.
 */
export function createHttpTransport(options: HttpTransportOptions): SubgraphTransport {
  const { name, signToken, timeoutMs = 60_000, maxResponseBytes = 64 * 1024 * 1024 } = options;
  const url = new URL(options.url);
  const path = `${url.pathname}${url.search}`;
  const pool = new Pool(url.origin, { connections: CONNECTIONS, pipelining: 1 });
  const subscriber = createWebSocketSubscriber({ name, url: options.url.replace(/^http/, 'ws'), signToken });

  const tooLate = () =>
    new PlatformError('TIMEOUT', `Subgraph ${name} did not answer within ${timeoutMs} ms.`, { dependency: name });

  function failureOf(error: unknown, scope: RequestScope): TransportResult {
    if (isPlatformError(error)) return failure(error.code, error.message, error.details);
    const [code, what] = scope.signal?.aborted
      ? (['CANCELLED', 'was not waited for, because the client is gone'] as const)
      : (['DEPENDENCY_UNAVAILABLE', 'could not be reached'] as const);
    return failure(code, `Subgraph ${name} ${what}.`, { dependency: name });
  }

  async function send(request: TransportRequest, scope: RequestScope, signal: AbortSignal) {
    const { statusCode, body } = await pool.request({
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${await signToken(scope)}`,
        ...(scope.traceparent ? { traceparent: scope.traceparent } : {}),
      },
      body: JSON.stringify(request),
      signal,
    });
    return { statusCode, text: await readWithin(body, maxResponseBytes) };
  }

  async function execute(request: TransportRequest, scope: RequestScope): Promise<TransportResult> {
    const { statusCode, text } = await withDeadline(scope.signal, timeoutMs, tooLate, (signal) =>
      send(request, scope, signal),
    );
    const wrong = (what: string, details = {}) =>
      failure('DEPENDENCY_UNAVAILABLE', `Subgraph ${name} ${what}.`, { dependency: name, ...details });
    if (text === null)
      return wrong(`answered with more than ${maxResponseBytes} bytes`, { limit: maxResponseBytes, retryable: false });
    const answer = parseAnswer(text);
    if (statusCode === 401 || (answer && refusesToken(answer))) return wrong(TOKEN_REFUSED);
    return answer ?? wrong(`did not answer in GraphQL (HTTP ${statusCode})`);
  }

  return {
    name,
    execute: (request, scope) => execute(request, scope).catch((error: unknown) => failureOf(error, scope)),
    subscribe: subscriber.subscribe,
    async check() {
      const health = { path: options.healthPath ?? '/health/ready', method: 'GET' } as const;
      const answer = await pool
        .request({ ...health, signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) })
        .catch((error: unknown) => {
          throw unavailable(name, 'could not be reached', error);
        });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw unavailable(name, `is not ready (HTTP ${answer.statusCode})`);
    },
    async close() {
      await subscriber.close();
      await pool.destroy();
    },
  };
}
