import { readFileSync } from 'node:fs';

/** The scans of scan.wat over one memory. Every argument but a count, a threshold and a first place is an address or a size in bytes. */
export interface Scanner {
  readonly memory: WebAssembly.Memory;
  /** Reads the list, and writes the results, up to the next multiple of four. */
  dot(list: number, count: number, query: number, dimensions: number, out: number): void;
  signs(vector: number, dimensions: number, signs: number): void;
  hamming(rows: SignRows, count: number, query: number, bytes: number): void;
  count(distances: number, count: number, histogram: number): void;
  select(distances: number, count: number, threshold: number, first: number, out: number): number;
  /** Looks at a multiple of four scores. */
  above(scores: number, count: number, floor: number, first: number, out: number): number;
}

/** Where the rows of a block stand. */
export interface SignRows {
  readonly pass: number;
  readonly present: number;
  readonly signs: number;
  readonly distances: number;
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
  const { exports } = new WebAssembly.Instance(scanModule(), { engine: { memory } });
  const { dot, signs, hamming, count, select, above } = exports;
  if (typeof dot !== 'function' || typeof signs !== 'function' || typeof hamming !== 'function')
    throw new Error('scan.wasm lacks a scan: build it with scripts/build-wasm.mjs.');
  if (typeof count !== 'function' || typeof select !== 'function' || typeof above !== 'function')
    throw new Error('scan.wasm lacks a choice: build it with scripts/build-wasm.mjs.');
  return {
    memory,
    dot: (list, size, query, dimensions, out) => void dot(list, size, query, dimensions, out),
    signs: (vector, dimensions, at) => void signs(vector, dimensions, at),
    hamming: (rows, size, query, bytes) =>
      void hamming(rows.pass, rows.present, rows.signs, size, query, bytes, rows.distances),
    count: (distances, size, histogram) => void count(distances, size, histogram),
    select: (distances, size, threshold, first, out) => Number(select(distances, size, threshold, first, out)),
    above: (scores, size, floor, first, out) => Number(above(scores, size, floor, first, out)),
  };
}
