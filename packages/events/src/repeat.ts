/**
 * Does `work` again and again, `pauseMs` after it ended. It handles its own errors.
 *
 * @returns how to stop; resolves when the last one has ended
 */
export function repeat(work: () => Promise<void>, pauseMs: number): () => Promise<void> {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  const wait = () => {
    timer = setTimeout(() => {
      timer = null;
      running = work().then(() => {
        if (!stopped) wait();
      });
    }, pauseMs);
  };
  let stopped = false;
  wait();
  return async () => {
    stopped = true;
    if (timer) clearTimeout(timer);
    await running;
  };
}
