/** A stream that says where in the log it starts, so that it can be resumed before its first event. */
export interface EventStream<T> extends AsyncGenerator<T, void, void> {
  readonly startCursor: string;
}

/** A generator that waits inside `next` answers `return` only afterwards; a listener that leaves must not wait for an event. */
export function toStream<T>(
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
