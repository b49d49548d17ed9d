import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Variables } from '../options.ts';

export interface FakeRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: string;
  readonly variables: Variables;
}

/** Answers the request with this number, from 0. */
export type Answering = (response: ServerResponse, request: FakeRequest, number: number) => unknown;

export interface FakeServer {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  /** Answers so from now on. */
  answerWith(answering: Answering): void;
  stop(): Promise<void>;
}

async function readRequest(request: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return { headers: request.headers, ...JSON.parse(Buffer.concat(chunks).toString()) };
}

/** A server of a RAE's address that answers as a test says. */
export async function startFakeServer(): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  let answering: Answering = (response) => response.destroy();
  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming);
    requests.push(request);
    await answering(response, request, requests.length - 1);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : null;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    answerWith(next) {
      requests.length = 0;
      answering = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** GraphQL's answer over HTTP. */
export function sendJson(
  response: ServerResponse,
  answer: unknown,
  status = 200,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/graphql-response+json; charset=utf-8', ...headers });
  response.end(JSON.stringify(answer));
}

export const errorOf = (code: string, more: Record<string, unknown> = {}) => ({
  message: `This is ${code}.`,
  extensions: { code, details: {}, traceId: null, ...more },
});

/** Fails the first `times` requests with the code, then answers. */
export const failRequests = (server: FakeServer, times: number, error: ReturnType<typeof errorOf>, answer: unknown) =>
  server.answerWith((response, _, number) => sendJson(response, number < times ? { errors: [error] } : answer));

/** Begins a stream of server-sent events, in the words of the gateway. */
export function openStream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(':\n\n');
  return {
    start: (cursor: string) => response.write(`id: ${cursor}\n\n`),
    next: (result: unknown, id: string | null = null) =>
      response.write(`${id === null ? '' : `id: ${id}\n`}event: next\ndata: ${JSON.stringify(result)}\n\n`),
    complete: () => response.end('event: complete\ndata: \n\n'),
    /** Cuts the connection. */
    cut: () => response.destroy(),
  };
}
