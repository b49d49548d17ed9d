import type { WebSocket } from 'ws';

const PING_EVERY_MS = 12_000;

/**
 * Finds out by a ping frame every 12 s that a client is gone without a word, or does not read; it is cut off at the ping
 * after the one that it did not answer. Proxies, too, cut connections that are silent for a minute or less.
 */
export function keepAlive(socket: WebSocket): void {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_EVERY_MS);
  socket.on('pong', () => {
    answered = true;
  });
  socket.once('close', () => clearInterval(timer));
}
