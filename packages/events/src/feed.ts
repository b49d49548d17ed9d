import { badInput, type Caller, type Logger, PlatformError, type Transaction, type WakeUp } from '@rae/kernel';
import { type LogEvent, partitionOf } from './event.ts';
import { createPartitionReader, isAfter, type PartitionReader, type ReadWith } from './partition-reader.ts';
import { comparePositions, decodeCursor, type EventPosition, encodeCursor, justBelow, LOG_START } from './position.ts';
import { type LogPage, readLog } from './read-log.ts';

export interface FeedRequest {
  readonly caller: Caller;
  /** What the caller may and wants to see; events of other tenants never get here. */
  readonly matches: (event: LogEvent) => boolean;
  /** A cursor: begin after it. Null: begin now. */
  readonly after: string | null;
  readonly signal: AbortSignal | null;
}

/** A stream that says where in the log it starts, so that it can be resumed before its first event. */
export interface EventStream<T> extends AsyncGenerator<T, void, void> {
  readonly startCursor: string;
}

/** Live and resumable streams over the event log. */
export interface EventFeed {
  /**
   * Events of the caller's tenant in log order, each once. Where the listener is slow it goes back to reading the log, so that
   * nothing is lost and memory stays bounded.
   *
   * @throws BAD_USER_INPUT for a cursor that is none or lies in the future; CURSOR_EXPIRED when events after it were dropped
   */
  subscribe(request: FeedRequest): Promise<EventStream<LogEvent>>;
  close(): Promise<void>;
}

export interface FeedOptions {
  readonly readAsWorker: ReadWith;
  readonly readAs: (caller: Caller) => ReadWith;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
}

const PAGE = 200;
/** Events held for one listener before it goes back to the log. */
const BUFFER = 512;
const BEGINNING_OF_TIME = new Date(0);

function checkCursor(after: EventPosition, page: LogPage): void {
  if (after.epoch > page.epoch || (after.epoch === page.epoch && BigInt(after.tx) >= BigInt(page.xmax)))
    throw badInput('after', 'this cursor lies in the future; take the cursor of an event or of a write');
  if (comparePositions(after, page.floor) < 0)
    throw new PlatformError(
      'CURSOR_EXPIRED',
      'Events after this cursor are no longer kept; read the present state, then subscribe without `after`.',
      { field: 'after' },
    );
}

/** Holds what the reader hands out until the listener takes it; `overflowed` once there was more than fits. */
function createBuffer(wants: (event: LogEvent) => boolean) {
  let held: LogEvent[] = [];
  let overflowed = false;
  let wake: (() => void) | null = null;
  return {
    add(events: readonly LogEvent[]) {
      if (overflowed) return; // what is held stays without a gap
      const wanted = events.filter(wants);
      if (held.length + wanted.length > BUFFER) overflowed = true;
      else held.push(...wanted);
      if (wanted.length > 0) wake?.();
    },
    take() {
      const taken = { events: held, overflowed };
      held = [];
      return taken;
    },
    /** Resolves when there is something to take, or the signal is aborted. */
    wait(signal: AbortSignal): Promise<void> {
      if (held.length > 0 || overflowed || signal.aborted) return Promise.resolve();
      return new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      }).then(() => {
        wake = null;
      });
    },
  };
}

/** A generator that waits inside `next` answers `return` only afterwards; a listener that leaves must not wait for an event. */
function toStream<T>(
  generator: AsyncGenerator<T, void, void>,
  startCursor: string,
  left: AbortController,
): EventStream<T> {
  const leave = generator.return.bind(generator);
  return Object.assign(generator, {
    startCursor,
    return: (value: void | PromiseLike<void>) => {
      left.abort();
      return leave(value);
    },
  });
}

/** The same stream with each event as `map` makes it. */
export function mapStream<A, B>(stream: EventStream<A>, map: (event: A) => B): EventStream<B> {
  const mapped = async function* () {
    for await (const event of stream) yield map(event);
  };
  const left = async (): Promise<IteratorResult<B, void>> => {
    await stream.return();
    return { done: true, value: undefined };
  };
  return Object.assign(mapped(), { startCursor: stream.startCursor, return: left });
}

export function createEventFeed({ readAsWorker, readAs, wakeUp, logger }: FeedOptions): EventFeed {
  const readers = new Map<number, PartitionReader>();
  const closing = new AbortController();
  const readerOf = (partition: number): PartitionReader => {
    const known = readers.get(partition) ?? createPartitionReader({ partition, read: readAsWorker, wakeUp, logger });
    readers.set(partition, known);
    return known;
  };
  const readPast = (caller: Caller, after: EventPosition, limit: number) =>
    readAs(caller)((tx: Transaction) =>
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
    const buffer = createBuffer((event) => event.tenantId === tenantId && request.matches(event));
    const { position: joinedAt, leave } = await readerOf(partitionOf(tenantId)).join(buffer.add);
    try {
      // The reader may stand before `from` or after it: read the log once more now that nothing new can be missed.
      let position = comparePositions(joinedAt, from) > 0 ? yield* past(request, from, signal) : from;
      while (!signal.aborted) {
        await buffer.wait(signal);
        const { events, overflowed } = buffer.take();
        for (const event of events) {
          if (!isAfter(event, position)) continue;
          position = event.position;
          yield event;
        }
        if (overflowed) return position;
      }
      return position;
    } finally {
      leave();
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
      if (given) checkCursor(given, now);
      const from = given ?? justBelow(now.epoch, now.xmin);
      const left = new AbortController();
      const signal = AbortSignal.any([left.signal, closing.signal, ...(request.signal ? [request.signal] : [])]);
      return toStream(stream(request, from, signal), encodeCursor(from), left);
    },
    async close() {
      closing.abort();
      await Promise.all([...readers.values()].map((reader) => reader.close()));
    },
  };
}
