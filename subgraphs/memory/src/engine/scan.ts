import { readFileSync } from 'node:fs';

/** The two scans of scan.wat over one memory; addresses and sizes in bytes. */
export interface Scanner {
  readonly memory: WebAssembly.Memory;
  dot(list: number, count: number, query: number, dimensions: number, out: number): void;
  hamming(list: number, count: number, query: number, bytes: number, out: number, histogram: number): void;
}

let compiled: WebAssembly.Module | null = null;

// Part of the program, so it is read once and kept.
function scanModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./scan.wasm', import.meta.url)));
  return compiled;
}

/** A scanner with a memory of its own of `pages` × 64 KiB, which grows in place. */
export function createScanner(pages: number): Scanner {
  const memory = new WebAssembly.Memory({ initial: pages });
  const { dot, hamming } = new WebAssembly.Instance(scanModule(), { engine: { memory } }).exports;
  if (typeof dot !== 'function' || typeof hamming !== 'function') throw new Error('scan.wasm lacks dot or hamming.');
  return {
    memory,
    dot: (list, count, query, dimensions, out) => void dot(list, count, query, dimensions, out),
    hamming: (list, count, query, bytes, out, histogram) => void hamming(list, count, query, bytes, out, histogram),
  };
}
