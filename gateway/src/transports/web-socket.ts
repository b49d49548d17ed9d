import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { RequestScope } from '../scope.ts';
import type { TransportRequest, TransportResult } from '../transport.ts';
import { untilAborted } from '../until-aborted.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import { refusal, unavailable } from './failure.ts';

export interface WebSocketSubscriberOptions {
  readonly name: string;
  readonly url: string;
  readonly signToken: (scope: RequestScope) => Promise<string>;
}

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const CONNECT_WITHIN_MS = 5_000;
/** The next subscription after the last finds the socket open. */
const KEEP_UNUSED_MS = 30_000;

/** A socket whose other end is gone without a word is found out within 15 s. */
function watchPongs(terminate: () => void) {
  let timer: NodeJS.Timeout | undefined;
  return {
    ping: (received: boolean) => {
      if (!received) timer = setTimeout(terminate, PONG_WITHIN_MS).unref();
    },
    pong: (received: boolean) => {
      if (received) clearTimeout(timer);
    },
    closed: () => clearTimeout(timer),
  };
}

/** graphql-ws takes its error listener away before it closes a socket that is still connecting, whose error would then end the process. */
class HeardWebSocket extends WebSocket {
  constructor(address: string | URL, protocols?: string | string[]) {
    super(address, protocols);
    this.on('error', () => {});
  }
}

/**
 * Subscriptions of one subgraph over one WebSocket, opened with the first and closed some time after the last of them. Each carries
 * its own internal token in `extensions.token`, because one socket serves many callers. Nothing is retried here: the
 * reader alone knows the cursor from which to go on.
 */
export function createWebSocketSubscriber({ name, url, signToken }: WebSocketSubscriberOptions) {
  const open = new Set<EventQueue<TransportResult>>();
  /** Begun while the socket closed: graphql-ws sends them over the next one, and the old one takes nothing of theirs with it. */
  const next = new Set<EventQueue<TransportResult>>();
  let socket: WebSocket | null = null;
  const pongs = watchPongs(() => client.terminate());
  const client = createClient({
    url,
    webSocketImpl: HeardWebSocket,
    retryAttempts: 0,
    keepAlive: PING_EVERY_MS,
    lazyCloseTimeout: KEEP_UNUSED_MS,
    connectionAckWaitTimeout: CONNECT_WITHIN_MS,
    on: {
      opened: (opened) => {
        if (opened instanceof WebSocket) socket = opened;
      },
      ping: pongs.ping,
      pong: pongs.pong,
      // graphql-ws would subscribe again by itself after a normal closure, with the old variables: a gap nobody sees
      closed: () => {
        pongs.closed();
        for (const queue of open) queue.fail(unavailable(name, 'closed the connection'));
        for (const queue of next) open.add(queue);
        next.clear();
      },
    },
  });

  async function* subscribe(
    request: TransportRequest,
    scope: RequestScope,
  ): AsyncGenerator<TransportResult, void, void> {
    const extensions = {
      token: await signToken(scope),
      ...(scope.traceparent ? { traceparent: scope.traceparent } : {}),
    };
    const queue = createEventQueue<TransportResult>(() => unavailable(name, 'sent events faster than they were read'));
    const payload = { ...request, variables: { ...request.variables }, extensions };
    const unsubscribe = client.subscribe<Record<string, unknown>, Record<string, unknown>>(payload, {
      next(result) {
        // a refusal on its way through graphql-ws' own server; an event that failed has `data: null`
        if (result.data === undefined && result.errors) queue.fail(refusal(name, result.errors));
        else queue.push(result);
      },
      error: (error) =>
        queue.fail(Array.isArray(error) ? refusal(name, error) : unavailable(name, 'could not be reached', error)),
      complete: () => queue.end(),
    });
    queue.onEnd(unsubscribe);
    (socket?.readyState === WebSocket.CLOSING ? next : open).add(queue);
    try {
      yield* scope.signal ? untilAborted(queue, scope.signal) : queue;
    } finally {
      open.delete(queue);
      next.delete(queue);
      queue.end();
    }
  }

  return {
    subscribe,
    async close() {
      for (const queue of [...open, ...next]) queue.fail(unavailable(name, 'is no longer asked by this gateway'));
      client.terminate();
    },
  };
}
