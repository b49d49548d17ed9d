import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '@rae/kernel';
import { CloseCode, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { traceparentOf } from './authenticate.ts';
import type { Connection } from './websocket-connection.ts';
import { keepAlive } from './websocket-keep-alive.ts';
import { createProtocol, type ProtocolOptions } from './websocket-protocol.ts';

export interface WebSocketOptions extends ProtocolOptions {
  readonly maxMessageBytes: number;
  readonly allowedOrigins: readonly string[];
  readonly logger: Logger;
}

export interface WebSocketEdge {
  /** Takes over a connection that asks to become a WebSocket, or refuses it in HTTP. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket with 1001, so that clients come back and resume, and takes no more. */
  stop(): Promise<void>;
}

const PATH = '/graphql';
const GOING_AWAY = 1001;
const CLOSE_WITHIN_MS = 1_000;
/** What may wait unread for a client besides the one event of each subscription, as answers to pings. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** Browsers send the page's origin: another site's page must not open sockets with what it finds in this one. */
function isForeign({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  if (!headers.origin || allowed.includes(headers.origin)) return false;
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== headers.host;
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function closeWithin(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(GOING_AWAY, 'The server stops: resume with after');
  });
}

/** Resolves when the message is with the operating system: a stream is read no faster than its client reads. */
const send = (socket: WebSocket) => (data: string) =>
  new Promise<void>((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    // an error means that the socket is closing, which ends its subscriptions
    socket.send(data, () => resolve());
  });

/** GraphQL over WebSocket (graphql-transport-ws) at /graphql. */
export function createWebSocketEdge(options: WebSocketOptions): WebSocketEdge {
  const { maxMessageBytes, allowedOrigins, logger } = options;
  const protocol = createProtocol(options);
  const server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, handleProtocols });
  let stopping = false;

  function connect(socket: WebSocket, request: IncomingMessage): void {
    const connection: Connection = {
      socket,
      traceparent: traceparentOf(request.headers.traceparent),
      gone: new AbortController(),
      open: new Map(),
      caller: null,
      ended: null,
      unwatch: () => {},
    };
    keepAlive(socket);
    socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket failed'));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: send(socket),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on('message', (data) => {
            if (socket.bufferedAmount > MAX_BUFFERED_BYTES) return socket.terminate();
            handle(String(data)).catch((error: unknown) => {
              logger.error({ err: error }, 'a WebSocket message failed');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      connection,
    );
    socket.once('close', (code, reason) => {
      closed(code, String(reason)).catch((error: unknown) =>
        logger.error({ err: error }, 'a WebSocket did not end well'),
      );
    });
  }

  return {
    upgrade(request, socket, head) {
      const path = request.url?.split('?')[0];
      if (path !== PATH) return refuse(socket, '404 Not Found');
      if (stopping) return refuse(socket, '503 Service Unavailable');
      if (isForeign(request, allowedOrigins)) return refuse(socket, '403 Forbidden');
      server.handleUpgrade(request, socket, head, connect);
    },
    async stop() {
      stopping = true;
      await Promise.all([...server.clients].map(closeWithin));
      server.close();
    },
  };
}
