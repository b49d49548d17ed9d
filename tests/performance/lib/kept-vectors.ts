import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FOLDER = join(tmpdir(), 'rae-vectors');

/** The file that keeps the vectors of these texts, by the encoder's id: other texts, or another encoder, have another file. */
export function vectorFile(encoderId: string, purpose: string, texts: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([encoderId, purpose, texts]))
    .digest('hex');
  return join(FOLDER, `${hash.slice(0, 32)}.f32`);
}

/** The vectors kept in a file, one after the other; null when there is none, or not one of `dimensions` for each of `count`. */
export function readVectors(path: string, count: number, dimensions: number): Float32Array[] | null {
  try {
    const bytes = readFileSync(path);
    if (bytes.length !== count * dimensions * 4) return null;
    const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return Array.from({ length: count }, (_, i) => all.subarray(i * dimensions, (i + 1) * dimensions));
  } catch {
    return null;
  }
}

/** Keeps vectors in a file that appears whole or not at all. */
export function writeVectors(path: string, vectors: readonly Float32Array[]): void {
  mkdirSync(FOLDER, { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, Buffer.concat(vectors.map((vector) => new Uint8Array(Float32Array.from(vector).buffer))));
  renameSync(partial, path);
}
