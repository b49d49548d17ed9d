import { readdirSync, readFileSync } from 'node:fs';

/** CPU milliseconds that each thread of a process has used so far, by thread id. Linux only. */
function cpuOfThreads(pid: number): Map<number, number> {
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  return new Map(
    threads.map((thread) => {
      const [ns = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      return [thread, Number(ns) / 1e6];
    }),
  );
}

/** A process and what it has started. */
function withChildren(pid: number): number[] {
  const started = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...started.flatMap(withChildren)];
}

/**
 * Begins to count the CPU of a process's threads, its children's included.
 *
 * @returns what was used since, for each of `events`: its main thread, the busiest others by rank, and its children
 */
export function countCpu(pid: number): (events: number) => string {
  const read = () => withChildren(pid).map((one): [number, Map<number, number>] => [one, cpuOfThreads(one)]);
  const before = new Map(read());
  return (events) => {
    const used = read().map(([one, threads]) => ({
      isChild: one !== pid,
      threads: [...threads].map(([thread, ms]) => ({
        isMain: thread === one,
        ms: (ms - (before.get(one)?.get(thread) ?? 0)) / events,
      })),
    }));
    const all = used.flatMap(({ isChild, threads }) => threads.map((thread) => ({ ...thread, isChild })));
    const sum = (numbers: readonly { ms: number }[]) => numbers.reduce((total, { ms }) => total + ms, 0).toFixed(2);
    const others = all.filter(({ isMain, isChild }) => !isMain && !isChild).sort((a, b) => b.ms - a.ms);
    return `main ${sum(all.filter(({ isMain, isChild }) => isMain && !isChild))}, busiest other thread ${sum(others.slice(0, 1))}, the rest ${sum(others.slice(1))}, children ${sum(all.filter(({ isChild }) => isChild))} ms`;
  };
}
