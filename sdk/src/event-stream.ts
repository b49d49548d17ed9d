import { within } from './abort.ts';
import { notAnAnswer, readAnswer } from './answer.ts';
import { post, receivedWith } from './http.ts';
import type { Settings } from './options.ts';
import { createSseParser, type SseMessage } from './sse.ts';

/** The server sends a comment every 12 s; who hears none for this long is connected to nobody. */
export const LONGEST_SILENCE_MS = 40_000;

const isEventStream = ({ headers }: Response) => headers.get('content-type')?.startsWith('text/event-stream') ?? false;

/**
 * The messages of one connection, until it ends or `controller` is aborted, which closes it.
 *
 * @throws RaeError when the operation is refused; whatever fetch throws when the connection is lost
 */
export async function* readStream(
  settings: Settings,
  body: string,
  controller: AbortController,
): AsyncGenerator<SseMessage, void, void> {
  const { clock, timeoutMs } = settings;
  const soon = { ms: timeoutMs, clock, controller };
  const response = await within(() => post(settings, 'text/event-stream', body, controller.signal), soon);
  if (!response.body || !isEventStream(response)) {
    const received = receivedWith(response, clock.now());
    readAnswer(await within(() => response.text(), soon), received);
    throw notAnAnswer(received);
  }
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parse = createSseParser();
  for (;;) {
    const { done, value } = await within(() => reader.read(), { ms: LONGEST_SILENCE_MS, clock, controller });
    if (done) return;
    yield* parse(decoder.decode(value, { stream: true }));
  }
}
