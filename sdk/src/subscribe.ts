import { linkTo } from './abort.ts';
import { notAnAnswer, parseAnswer, toError } from './answer.ts';
import { LONGEST_WAIT_MS, waitAfter } from './backoff.ts';
import { NetworkError } from './errors.ts';
import { readStream } from './event-stream.ts';
import { failureOf } from './http.ts';
import type { Settings, Variables } from './options.ts';
import type { SseMessage } from './sse.ts';

export interface SubscriptionRequest {
  readonly query: string;
  readonly variables: Variables;
}

interface Stream {
  readonly request: SubscriptionRequest;
  /** Of the last event, or where the server said that the stream stands; null: unknown yet, it begins now. */
  cursor: string | null;
  /** Whether the server has said either. */
  begun: boolean;
  /** Connections lost since the last event. */
  losses: number;
}

/** Errors of a stream have no status and no header of their own. */
const received = (settings: Settings) => ({ status: 200, retryAfter: null, now: settings.clock.now() });

/** Moves the stream on by one message. @returns the event in it; null for one that only says where the stream stands */
function take<R>(settings: Settings, stream: Stream, { event, data: text, id }: SseMessage): R | null {
  const answer = event === 'next' ? parseAnswer<R>(text) : null;
  if (event === 'next' && !answer) throw notAnAnswer(received(settings));
  const { data = null, errors = [], extensions } = answer ?? {};
  if (data === null && errors.length > 0) throw toError(errors, received(settings));
  const cursor = id ?? extensions?.cursor;
  if (typeof cursor === 'string') stream.cursor = cursor;
  if (typeof cursor === 'string' || data !== null) stream.begun = true;
  if (data !== null) stream.losses = 0;
  return data;
}

function bodyOf({ request: { query, variables }, cursor }: Stream): string {
  return JSON.stringify({ query, variables: cursor === null ? variables : { ...variables, after: cursor } });
}

async function* readEvents<R>(
  settings: Settings,
  stream: Stream,
  controller: AbortController,
): AsyncGenerator<R, void, void> {
  for await (const message of readStream(settings, bodyOf(stream), controller)) {
    if (message.event === 'complete') return;
    const data = take<R>(settings, stream, message);
    if (data !== null) yield data;
  }
}

/** Waits before the next connection. @throws the failure, when another connection cannot mend it */
async function mend(settings: Settings, stream: Stream, failure: unknown, signal: AbortSignal): Promise<void> {
  stream.losses += 1;
  const again = stream.begun || stream.losses <= settings.retries;
  const waitMs = again ? waitAfter(failure, stream.losses, settings.clock) : null;
  if (waitMs === null) throw failure;
  await settings.clock.sleep(waitMs, signal);
}

async function* listen<R>(settings: Settings, stream: Stream, signal: AbortSignal): AsyncGenerator<R, void, void> {
  while (!signal.aborted) {
    const { controller, unlink } = linkTo(signal);
    const openedAt = settings.clock.now();
    // it never completes by itself: the server is going away
    let failure: unknown = new NetworkError('The server ended the stream.');
    try {
      yield* readEvents<R>(settings, stream, controller);
    } catch (error) {
      failure = failureOf(error, controller.signal);
    } finally {
      controller.abort();
      unlink();
    }
    if (signal.aborted) return;
    if (stream.begun && settings.clock.now() - openedAt >= LONGEST_WAIT_MS) stream.losses = 0;
    await mend(settings, stream, failure, signal);
  }
}

/** The events of a subscription, over as many connections as it takes; `BareClient.subscribe` says the rest. */
export function subscribe<R>(
  settings: Settings,
  request: SubscriptionRequest,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<R> {
  const { after } = request.variables;
  const cursor = typeof after === 'string' ? after : null;
  const { controller, unlink } = linkTo(signal);
  const events = listen<R>(settings, { request, cursor, begun: false, losses: 0 }, controller.signal);
  const leave = () => {
    unlink();
    // a generator's own `return` would wait for the next event
    controller.abort();
    return events.return();
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await events.next().catch(async (error: unknown) => {
        await leave();
        throw error;
      });
      if (step.done) await leave();
      return step;
    },
    return: leave,
  };
}
