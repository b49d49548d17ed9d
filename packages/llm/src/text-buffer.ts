/** Text that is written by one and read by another, who may come late or never. */
export interface TextBuffer extends AsyncIterable<string> {
  write(text: string): void;
  /** No more comes. Readers end once they have read all. */
  end(): void;
}

/** A buffer of texts. Whatever was written before a reader comes is read by it first; every reader reads all. */
export function createTextBuffer(): TextBuffer {
  const pieces: string[] = [];
  let ended = false;
  let news = Promise.withResolvers<void>();
  const tell = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  return {
    write(text) {
      pieces.push(text);
      tell();
    },
    end() {
      ended = true;
      tell();
    },
    async *[Symbol.asyncIterator]() {
      for (let at = 0; ; ) {
        const piece = pieces[at];
        if (piece !== undefined) {
          at += 1;
          yield piece;
        } else if (ended) return;
        else await news.promise;
      }
    },
  };
}
