import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Toy } from './toy-gateway.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any shape
  readonly body: any;
}

const parseText = (text: string) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Sends a request as it is given. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, body: parseText(await response.text()) };
}

/** GraphQL over HTTP with a key of the toy gateway. */
export function post(
  toy: Toy,
  query: string,
  variables?: Record<string, unknown>,
  options: { key?: string | null; headers?: Record<string, string>; operationName?: string } = {},
): Promise<Answer> {
  const { key = 'reader', headers = {}, operationName } = options;
  return send(toy.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers },
    body: JSON.stringify({ query, variables, operationName }),
  });
}

/** A graphql-ws client; retries nothing. */
export function wsClient(toy: Toy, key: string | null = 'reader') {
  return createClient({
    url: toy.gateway.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: key === null ? {} : { authorization: `Bearer ${key}` },
    retryAttempts: 0,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any shape
export type Payload = any;

/** A stream that a test reads one by one. */
export interface Reader {
  next(): Promise<Payload>;
  end(): Promise<void>;
}

/** A subscription over WebSocket on a socket of its own. */
export function overWs(toy: Toy, query: string, variables: Record<string, unknown> = {}, key = 'reader'): Reader {
  const client = wsClient(toy, key);
  const results = client.iterate({ query, variables });
  return {
    next: async () => (await results.next()).value ?? 'ended',
    async end() {
      await results.return?.();
      await client.dispose();
    },
  };
}

export interface SseEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: Payload;
}

function parseEvent(block: string): SseEvent | null {
  const lines = block.split('\n').filter((line) => line && !line.startsWith(':'));
  const field = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const event = field('event');
  return event ? { event, id: field('id') ?? null, data: parseText(field('data') ?? '') } : null;
}

/** Server-sent events of one request; `next` gives 'ended' when the connection closes. */
export async function openSse(url: string, init: RequestInit) {
  const gone = new AbortController();
  const response = await fetch(url, { ...init, signal: gone.signal });
  const waiting: SseEvent[] = [];
  const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = '';
  async function next(): Promise<SseEvent | 'ended'> {
    for (;;) {
      const event = waiting.shift();
      if (event) return event;
      const chunk = await chunks?.next().catch(() => null);
      if (!chunk || chunk.done) return 'ended';
      const blocks = (text + chunk.value).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const parsed = parseEvent(block);
        if (parsed) waiting.push(parsed);
      }
    }
  }
  return { response, next, end: async () => gone.abort() };
}

/** A subscription over server-sent events. */
export async function overSse(
  toy: Toy,
  query: string,
  variables: Record<string, unknown> = {},
  key = 'reader',
  headers: Record<string, string> = {},
): Promise<Reader> {
  const stream = await openSse(toy.gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${key}`,
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return {
    async next() {
      const event = await stream.next();
      return event === 'ended' || event.event === 'complete' ? 'ended' : event.data;
    },
    end: stream.end,
  };
}

/** All that a source gives until it ends. */
export async function readAll<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}
