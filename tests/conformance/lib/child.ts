import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { OwnDatabase } from './own-database.ts';

/** A process of its own that has opened a database, says what it does line by line, and is ended from here. */
export interface Child {
  /** The next line; null when it has ended. */
  next(): Promise<string | null>;
  /** All lines that are still to come. */
  rest(): Promise<string[]>;
  /** SIGKILL: nothing is finished or flushed. */
  kill(): Promise<void>;
}

/** Where the programs find their database, in their first argument. */
export type ChildPlace = Pick<OwnDatabase, 'url' | 'folder'>;

export function startChild(program: string, place: ChildPlace, ...args: string[]): Child {
  const file = new URL(`../programs/${program}.ts`, import.meta.url).pathname;
  const { url, folder } = place;
  const child = spawn(process.execPath, [file, JSON.stringify({ url, folder }), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    return done ? null : value;
  };
  return {
    next,
    async rest() {
      const said: string[] = [];
      for (let line = await next(); line !== null; line = await next()) said.push(line);
      await exited;
      return said;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
