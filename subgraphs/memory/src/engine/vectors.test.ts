import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { buildScan } from '../../../../scripts/build-wasm.mjs';
import { quantisationScale, quantise } from './quantise.ts';
import { type Chance, createChance } from './random.fixture.ts';
import { eachDot, nearestSigns } from './vector-memory.ts';
import {
  askVector,
  createVectorStore,
  dotProducts,
  hasVector,
  nearestVectors,
  setVector,
  type VectorStore,
  wipeVector,
} from './vectors.ts';

const unit = (chance: Chance, dimensions: number): Float32Array => {
  const vector = new Float32Array(dimensions);
  for (let i = 0; i < dimensions; i++) vector[i] = chance.next() + chance.next() - 1;
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
};
function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function filled(dimensions: number, count: number, seed: number): { store: VectorStore; vectors: Buffer[] } {
  const chance = createChance(seed);
  const store = createVectorStore(dimensions);
  const vectors = Array.from({ length: count }, () =>
    quantise(unit(chance, dimensions), quantisationScale('any', dimensions)),
  );
  for (const [slot, vector] of vectors.entries()) setVector(store, slot, vector, 0);
  return { store, vectors };
}

const signedBytes = (bytes: Uint8Array): Int8Array => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);

describe('the vector store', () => {
  test('scan.wasm is what scan.wat compiles to', async () => {
    const committed = readFileSync(new URL('./scan.wasm', import.meta.url));
    expect(Buffer.from(await buildScan())).toEqual(committed);
  });

  test.each([1, 16, 100, 384, 512, 1_536, 3_072])(
    'dot products at %d dimensions are those of the int8 numbers',
    (dimensions) => {
      const { store, vectors } = filled(dimensions, 40, dimensions);
      const question = unit(createChance(99), dimensions);
      askVector(store, question);
      const products = dotProducts(store, Int32Array.from(vectors.keys()), 1);
      for (const [slot, vector] of vectors.entries()) {
        const exact = dot(signedBytes(vector), question);
        expect(Math.abs((products[slot] ?? 0) - exact)).toBeLessThan(0.05 + Math.abs(exact) * 0.002);
      }
    },
  );

  test('int8 finds at least 97 of 100 of the nearest ten by float, under a mask', () => {
    const chance = createChance(5);
    const dimensions = 128;
    const store = createVectorStore(dimensions);
    const floats = Array.from({ length: 3_000 }, () => unit(chance, dimensions));
    const scale = quantisationScale('any', dimensions);
    for (const [slot, vector] of floats.entries()) setVector(store, slot, quantise(vector, scale), 0);
    const pass = Uint8Array.from(floats, () => (chance.isLikely(0.5) ? 1 : 0));
    const mids = Float64Array.from(floats, (_, slot) => slot + 1);
    let found = 0;
    for (let i = 0; i < 10; i++) {
      const question = unit(chance, dimensions);
      askVector(store, question);
      const near = nearestVectors(store, { pass, rows: 3_000, passing: 1_500 }, 10, mids);
      const products = floats.map((vector) => dot(vector, question));
      const exact = [...floats.keys()].filter((slot) => pass[slot] === 1);
      exact.sort((a, b) => (products[b] ?? 0) - (products[a] ?? 0));
      found += exact.slice(0, 10).filter((slot) => near.includes(slot)).length;
    }
    expect(found).toBeGreaterThanOrEqual(97);
  });

  test('nearest by sign bits are those with the fewest differing signs, ties with the last included, in growing blocks', () => {
    const dimensions = 200;
    const { store, vectors } = filled(dimensions, 2_500, 6);
    const question = unit(createChance(7), dimensions);
    askVector(store, question);
    wipeVector(store, 17);
    const pass = Uint8Array.from(vectors, (_, slot) => (slot % 3 ? 1 : 0));
    const distance = (slot: number) =>
      signedBytes(vectors[slot] ?? Buffer.alloc(0)).reduce(
        (sum, value, i) => sum + (value < 0 === (question[i] ?? 0) < 0 ? 0 : 1),
        0,
      );
    const candidates = [...vectors.keys()].filter((slot) => pass[slot] === 1 && slot !== 17);
    const distances = candidates.map(distance);
    const last = distances.toSorted((a, b) => a - b)[99] ?? 0;
    const wanted = candidates.filter((_, i) => (distances[i] ?? 0) <= last);
    expect([...nearestSigns(store.memory, pass, 2_500, 100)]).toEqual(wanted);
    expect(nearestSigns(store.memory, pass, 2_500, 10_000)).toHaveLength(candidates.length);
  });

  test('above 8 000 passing rows the nearest are still the exact ones where they stand out: 10 copies with a tenth of noise', () => {
    const { store } = filled(96, 9_000, 8);
    const chance = createChance(9);
    const question = unit(chance, 96);
    for (let slot = 4_000; slot < 4_010; slot++) {
      const copy = unit(chance, 96).map((value, i) => value / 10 + (question[i] ?? 0));
      setVector(store, slot, quantise(copy, quantisationScale('any', 96)), 0);
    }
    askVector(store, question);
    const mids = Float64Array.from({ length: 9_000 }, (_, slot) => slot + 1);
    const near = nearestVectors(store, { pass: new Uint8Array(9_000).fill(1), rows: 9_000, passing: 9_000 }, 10, mids);
    expect([...near].sort()).toEqual(Array.from({ length: 10 }, (_, i) => 4_000 + i));
  });

  test('a wiped vector is zeros in memory, is not found, and may be set again', () => {
    const { store, vectors } = filled(64, 3, 10);
    wipeVector(store, 1);
    wipeVector(store, 1);
    expect([store.count, hasVector(store, 1), hasVector(store, 2)]).toEqual([2, false, true]);
    expect(Buffer.from(store.memory.bytes).includes(vectors[1] ?? '')).toBe(false);
    eachDot(store.memory, Int32Array.of(1), 1, (_, product) => expect(product).toBe(0));
    setVector(store, 1, vectors[1] ?? Buffer.alloc(64), 0);
    expect(store.count).toBe(3);
  });

  test('slots far apart take no memory for those between', () => {
    const store = createVectorStore(512);
    setVector(store, 5_000_000, Buffer.alloc(512, 1), 0);
    expect(store.memory.bytes.byteLength).toBeLessThan(1_000_000);
  });

  test('a question of other dimensions is refused', () => {
    expect(() => askVector(createVectorStore(512), new Float32Array(384))).toThrow('384 dimensions');
  });

  test('numbers beyond the scale are clipped, never wrapped', () => {
    expect([...signedBytes(quantise(Float32Array.of(1, -1, 0.5, 0), 200))]).toEqual([127, -127, 100, 0]);
  });
});
