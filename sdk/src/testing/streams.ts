import { type FakeServer, openStream } from './fake-server.ts';

export type Stream = ReturnType<typeof openStream>;

/** The result of the event with this number. */
export const eventOf = (number: number) => ({
  data: { memoryCreated: { cursor: `c${number}`, memoryId: `m${number}`, memory: null } },
});

export function send(stream: Stream, ...numbers: number[]): void {
  for (const number of numbers) stream.next(eventOf(number), `c${number}`);
}

/** Each connection is served by the next of these; the last one serves all that follow. */
export const serveStreams = (server: FakeServer, ...connections: ((stream: Stream) => unknown)[]) =>
  server.answerWith((response, _, number) =>
    connections[Math.min(number, connections.length - 1)]?.(openStream(response)),
  );

/** The `after` of each connection. */
export const askedAfter = ({ requests }: FakeServer) => requests.map(({ variables }) => variables.after ?? null);

/** The ids of so many events; leaves the subscription then. */
export async function readIds(events: AsyncIterable<{ memoryId: string }>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { memoryId } of events) {
    ids.push(memoryId);
    if (ids.length === count) break;
  }
  return ids;
}

/** Reads to the end. */
export async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}
