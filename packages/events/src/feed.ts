import { badInput, type Caller, PlatformError, type Transaction } from '@rae/kernel';
import { type LogEvent, partitionOf } from './event.ts';
import { type EventStream, toStream } from './event-stream.ts';
import { createListenerBuffer } from './listener-buffer.ts';
import type { ReadWith } from './partition-reader.ts';
import { comparePositions, decodeCursor, type EventPosition, encodeCursor, justBelow, LOG_START } from './position.ts';
import { type LogPage, readLog } from './read-log.ts';
import { createReaders, type ReadersOptions } from './readers.ts';

export interface FeedRequest {
  readonly caller: Caller;
  /** What the caller may and wants to see; events of other tenants never get here. */
  readonly matches: (event: LogEvent) => boolean;
  /** A cursor: begin after it. Null: begin now, at the horizon; what was written while an older transaction is open comes too. */
  readonly after: string | null;
  readonly signal: AbortSignal | null;
}

/** Live and resumable streams over the event log. */
export interface EventFeed {
  /**
   * Events of the caller's tenant in log order, each once. Where the listener is slow it goes back to reading the log, so that
   * nothing is lost and memory stays bounded. A stream whose `signal` is aborted ends.
   *
   * @throws BAD_USER_INPUT for a cursor that is none or lies in the future; CURSOR_EXPIRED when events after it were dropped,
   *   also while the listener was away
   */
  subscribe(request: FeedRequest): Promise<EventStream<LogEvent>>;
  close(): Promise<void>;
}

export interface FeedOptions extends ReadersOptions {
  readonly readAs: (caller: Caller) => ReadWith;
}

const PAGE = 200;
const BEGINNING_OF_TIME = new Date(0);

function checkFuture(after: EventPosition, { epoch, xmax }: LogPage): void {
  if (after.epoch > epoch || (after.epoch === epoch && BigInt(after.tx) >= BigInt(xmax)))
    throw badInput('after', 'this cursor lies in the future; take the cursor of an event or of a write');
}

function checkKept(after: EventPosition, { floor }: LogPage): void {
  if (comparePositions(after, floor) < 0)
    throw new PlatformError(
      'CURSOR_EXPIRED',
      'Events after this cursor are no longer kept; read the present state, then subscribe without `after`.',
      { field: 'after' },
    );
}

/** Streams of this process; see EventFeed. */
export function createEventFeed(options: FeedOptions): EventFeed {
  const readers = createReaders(options);
  const closing = new AbortController();
  const readPast = (caller: Caller, after: EventPosition, limit: number) =>
    options.readAs(caller)((tx: Transaction) =>
      readLog(tx, { owner: { tenantId: caller.tenantId }, after, since: BEGINNING_OF_TIME, limit }),
    );

  async function* past(
    request: FeedRequest,
    from: EventPosition,
    signal: AbortSignal,
  ): AsyncGenerator<LogEvent, EventPosition, void> {
    let position = from;
    while (!signal.aborted) {
      const page = await readPast(request.caller, position, PAGE);
      checkKept(position, page);
      for (const event of page.events) if (request.matches(event)) yield event;
      if (page.complete) return justBelow(page.epoch, page.xmin);
      position = page.events.at(-1)?.position ?? position;
    }
    return position;
  }

  async function* live(
    request: FeedRequest,
    from: EventPosition,
    signal: AbortSignal,
  ): AsyncGenerator<LogEvent, EventPosition, void> {
    const { tenantId } = request.caller;
    const buffer = createListenerBuffer((event) => event.tenantId === tenantId && request.matches(event));
    const { position: joinedAt, leave } = await readers.of(partitionOf(tenantId)).join(buffer.add);
    const stop = () => {
      leave();
      buffer.end();
    };
    signal.addEventListener('abort', stop);
    try {
      // The reader may stand before `from` or after it: read the log once more now that nothing new can be missed.
      let position = comparePositions(joinedAt, from) > 0 ? yield* past(request, from, signal) : from;
      while (!signal.aborted) {
        await buffer.wait();
        const { events, overflowed } = buffer.take();
        for (const event of events) {
          if (comparePositions(event.position, position) <= 0) continue;
          position = event.position;
          yield event;
        }
        if (overflowed) return position;
      }
      return position;
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  async function* stream(
    request: FeedRequest,
    from: EventPosition,
    signal: AbortSignal,
  ): AsyncGenerator<LogEvent, void, void> {
    for (let position = from; !signal.aborted; ) position = yield* live(request, position, signal);
  }

  return {
    async subscribe(request) {
      const given = request.after === null ? null : decodeCursor(request.after);
      const now = await readPast(request.caller, given ?? LOG_START, 0);
      if (given) {
        checkFuture(given, now);
        checkKept(given, now);
      }
      const from = given ?? justBelow(now.epoch, now.xmin);
      const left = new AbortController();
      const signal = AbortSignal.any([left.signal, closing.signal, ...(request.signal ? [request.signal] : [])]);
      return toStream(stream(request, from, signal), encodeCursor(from), left);
    },
    async close() {
      closing.abort();
      await readers.close();
    },
  };
}
