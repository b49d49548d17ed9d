/**
 * Calls `run` at once on the first hint, and then at most every `everyMs` however many hints come: nobody waits while little
 * happens, and what happens together is read together.
 */
export function throttle(run: () => void, everyMs: number): { hint: () => void; stop: () => void } {
  let timer: NodeJS.Timeout | null = null;
  let hinted = false;
  const rest = () => {
    timer = null;
    if (hinted) start();
  };
  const start = () => {
    hinted = false;
    timer = setTimeout(rest, everyMs);
    run();
  };
  return {
    hint() {
      hinted = true;
      if (!timer) start();
    },
    stop() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
