/** How far from 1 the length of a unit vector may be: 512 rounded products of 32-bit numbers err by less than 1e-5. */
const TOLERANCE = 1e-3;

/**
 * Cuts an encoder's answer into its vectors.
 *
 * @throws an Error when there are not `count` vectors of `dimensions` numbers, or one is not of unit length, as memory
 * that was overwritten would show
 */
export function splitVectors(answer: Float32Array, count: number, dimensions: number): Float32Array[] {
  if (answer.length !== count * dimensions)
    throw new Error(`the encoder answered ${answer.length} numbers for ${count} vectors of ${dimensions}`);
  return Array.from({ length: count }, (_, index) => {
    const vector = answer.slice(index * dimensions, (index + 1) * dimensions);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (!(Math.abs(length - 1) <= TOLERANCE)) throw new Error(`the encoder answered a vector of length ${length}`);
    return vector;
  });
}
