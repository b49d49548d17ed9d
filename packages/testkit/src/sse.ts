import type { TestClient } from './client.ts';

export interface SseMessage {
  readonly event: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly data: any;
}

/** Messages of a subscription over server-sent events, as curl would show them; ends when the server ends it, or on break. */
export function listen(
  client: TestClient,
  query: string,
  variables: Record<string, unknown> = {},
): AsyncGenerator<SseMessage, void, void> {
  const leaving = new AbortController();
  const messages = read(client, query, variables, leaving.signal);
  const leave = messages.return.bind(messages);
  // A generator that waits for a message answers `return` only after it: let the wait end.
  messages.return = (value) => {
    leaving.abort();
    return leave(value).catch(() => ({ done: true, value: undefined }));
  };
  return messages;
}

async function* read(
  client: TestClient,
  query: string,
  variables: Record<string, unknown>,
  signal: AbortSignal,
): AsyncGenerator<SseMessage, void, void> {
  const response = await fetch(client.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${client.key}` },
    body: JSON.stringify({ query, variables }),
    signal,
  });
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += Buffer.from(chunk).toString();
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block
          .split('\n')
          .filter((line) => !line.startsWith(':'))
          .map((line) => line.split(/: ?(.*)/s).slice(0, 2)),
      );
      if (fields.event)
        yield { event: fields.event, id: fields.id ?? null, data: fields.data ? JSON.parse(fields.data) : null };
    }
  }
}

/** The next `count` events (`next` messages with data) of a subscription. */
export async function takeEvents(messages: AsyncGenerator<SseMessage>, count: number): Promise<SseMessage[]> {
  const taken: SseMessage[] = [];
  while (taken.length < count) {
    const { value, done } = await messages.next();
    if (done || !value) throw new Error(`the stream ended after ${taken.length} of ${count} events`);
    if (value.event === 'next') taken.push(value);
  }
  return taken;
}
