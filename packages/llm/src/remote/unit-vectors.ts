import { unavailable } from './remote-error.ts';

function toUnit(id: string, vector: readonly number[], dimensions: number): Float32Array {
  if (vector.length !== dimensions)
    throw unavailable(id, `answered a vector of ${vector.length} numbers where ${dimensions} are expected`);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!(length > 0 && Number.isFinite(length))) throw unavailable(id, 'answered a vector without a length');
  return Float32Array.from(vector, (value) => value / length);
}

/**
 * Brings a provider's vectors to unit length (L2).
 *
 * @throws MODEL_UNAVAILABLE when there are not `count`, or one has not `dimensions` numbers, or NaN, infinities or only
 * zeros
 */
export function toUnitVectors(
  id: string,
  vectors: readonly (readonly number[])[],
  count: number,
  dimensions: number,
): Float32Array[] {
  if (vectors.length !== count) throw unavailable(id, `answered ${vectors.length} vectors for ${count} texts`);
  return vectors.map((vector) => toUnit(id, vector, dimensions));
}
