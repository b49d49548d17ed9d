import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** How much is done by now, of the total. */
  to(done: number): void;
  end(): void;
}

/** Where a bar or lines go. */
export interface ProgressTarget {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A log hears no more often of the same thing. */
const LINE_EVERY_MS = 5_000;
const TITLE_WIDTH = 10;

function createBar(title: string, total: number, { stream }: ProgressTarget): Progress {
  const format = '{title} {bar} {value}/{total}  {duration_formatted}';
  const bar = new SingleBar({ format, stream, barsize: 30 }, Presets.shades_classic);
  bar.start(total, 0, { title: title.padEnd(TITLE_WIDTH) });
  return { to: (done) => bar.update(done), end: () => bar.stop() };
}

function createLines(title: string, total: number, { stream, now }: ProgressTarget): Progress {
  let saidAt = now();
  let said: number | null = null;
  let done = 0;
  const say = () => {
    if (done !== said) stream.write(`${title.padEnd(TITLE_WIDTH)} ${done}/${total}\n`);
    said = done;
    saidAt = now();
  };
  return {
    to(reached) {
      done = reached;
      if (now() - saidAt >= LINE_EVERY_MS) say();
    },
    end: say,
  };
}

/**
 * Shows how far something is: a bar in a terminal; elsewhere a line every 5 s and one at the end. On standard error, so that
 * standard output is the command's result alone.
 */
export function createProgress(
  title: string,
  total: number,
  target: ProgressTarget = { stream: process.stderr, now: Date.now },
): Progress {
  return target.stream.isTTY ? createBar(title, total, target) : createLines(title, total, target);
}
