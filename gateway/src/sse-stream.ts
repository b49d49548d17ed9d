import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FormattedExecutionResult } from 'graphql';

/** Proxies cut connections that are silent for a minute or less. */
const HEARTBEAT_MS = 12_000;

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // a connection that outlived its stream would hold up a server that stops
  connection: 'close',
  // nginx would collect events until its buffer is full
  'x-accel-buffering': 'no',
};

const message = (event: string, data: string, id: string | null = null) =>
  `${id === null ? '' : `id: ${id.replaceAll(/[\r\n\0]/g, '')}\n`}event: ${event}\ndata: ${data}\n\n`;

/**
 * Makes a stream of server-sent events of a response. Writing waits for a slow reader, so that no more than one event is
 * buffered for it, until `signal` says that it is gone.
 */
export function openEventStream(raw: ServerResponse, signal: AbortSignal) {
  raw.writeHead(200, HEAD);
  raw.write(':\n\n');
  const heartbeat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(':\n\n');
  }, HEARTBEAT_MS);
  async function write(text: string): Promise<void> {
    if (!raw.write(text)) await once(raw, 'drain', { signal }).catch(() => {});
  }
  return {
    /** Without a result: an id alone, which a client that reconnects sends as Last-Event-ID. */
    next: (result: FormattedExecutionResult | null, cursor: string | null) =>
      write(result === null ? `id: ${cursor}\n\n` : message('next', JSON.stringify(result), cursor)),
    async complete() {
      await write(message('complete', ''));
      clearInterval(heartbeat);
      raw.end();
    },
  };
}
