/**
 * Maps items in their order, up to `width` of them at a time: while one waits for its answer the next are on their way.
 * Items are taken one after another, and no more of them than are mapped or wait to be read.
 *
 * Leaving the loop does not wait for an item that is being awaited; who wants the source to end at once ends it.
 */
export async function* mapAhead<A, B>(
  source: AsyncIterable<A>,
  width: number,
  map: (item: A) => Promise<B>,
): AsyncGenerator<B, void, void> {
  const items = source[Symbol.asyncIterator]();
  const ahead: Promise<IteratorResult<B, void>>[] = [];
  let taken: Promise<unknown> = Promise.resolve();
  const take = (): Promise<IteratorResult<B, void>> => {
    const step = taken.then(() => items.next());
    taken = step;
    return step.then(async ({ done, value }) =>
      done ? { done: true, value: undefined } : { done: false, value: await map(value) },
    );
  };
  try {
    for (;;) {
      while (ahead.length < width) {
        const step = take();
        step.catch(() => {}); // told when its turn comes
        ahead.push(step);
      }
      const step = await ahead.shift();
      if (!step || step.done) return;
      yield step.value;
    }
  } finally {
    items.return?.().catch(() => {});
  }
}

/** Events of one subscription that are answered at once: each costs some fetches, which wait in line at a busy database. */
export const EVENTS_AHEAD = 8;
