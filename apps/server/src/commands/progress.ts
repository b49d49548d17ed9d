import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** How much is done by now, of the total. */
  to(done: number): void;
  end(): void;
}

/** Where a log gets a line, as shares of the whole. */
const STEPS = 4;
const TITLE_WIDTH = 10;

function createBar(title: string, total: number, stream: NodeJS.WriteStream): Progress {
  const format = `{title} {bar} {value}/{total}  {duration_formatted}`;
  const bar = new SingleBar({ format, stream, barsize: 30, clearOnComplete: false }, Presets.shades_classic);
  bar.start(total, 0, { title: title.padEnd(TITLE_WIDTH) });
  return { to: (done) => bar.update(done), end: () => bar.stop() };
}

function createLines(title: string, total: number, stream: NodeJS.WritableStream): Progress {
  let said = 0;
  return {
    to(done) {
      const step = Math.floor((done / total) * STEPS);
      if (step > said) stream.write(`${title.padEnd(TITLE_WIDTH)} ${done}/${total}\n`);
      said = Math.max(said, step);
    },
    end() {},
  };
}

/**
 * Shows how far something is: a bar in a terminal, at most four lines elsewhere. On standard error, so that standard output
 * is the command's result alone.
 */
export function createProgress(title: string, total: number, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? createBar(title, total, stream) : createLines(title, total, stream);
}
