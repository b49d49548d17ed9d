/** A weight matrix in 8 bits: `values[row][column] * scales[column]` is near the weight. */
export interface QuantizedMatrix {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/**
 * Rounds a row-major matrix to −127..127 with one scale per column, the largest magnitude of the column being 127.
 * Symmetric, so that the zero point is 0 (Jacob et al. 2018, arXiv 1712.05877, section 2.1); a column of zeros stays
 * zeros.
 */
export function quantizeColumns(matrix: Float32Array, columns: number): QuantizedMatrix {
  const largest = new Float32Array(columns);
  matrix.forEach((weight, index) => {
    largest[index % columns] = Math.max(largest[index % columns] ?? 0, Math.abs(weight));
  });
  const scales = largest.map((magnitude) => magnitude / 127 || 1);
  const values = new Int8Array(matrix.length);
  matrix.forEach((weight, index) => {
    values[index] = Math.round(weight / (scales[index % columns] ?? 1));
  });
  return { values, scales };
}
