import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Browsers and HTTP clients open connections ahead of need. Node counts one as idle only after its first request, so that
 * a server that stops would wait for it until the client closes it.
 *
 * @returns what closes the connections that have not brought a request yet
 */
export function trackUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  server.on('upgrade', ({ socket }) => unused.delete(socket));
  return () => {
    for (const socket of unused) socket.destroy();
  };
}
