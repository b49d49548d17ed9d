/** Vectors of texts that were asked for lately. */
export interface VectorCache {
  /** A copy of the text's vector, null when it is not known; makes it the one used last. */
  find(text: string): Float32Array | null;
  keep(text: string, vector: Float32Array): void;
}

/** 4 MB of vectors of 512 numbers. */
const MAX_ENTRIES = 2000;

/** Longer texts are not searches that come again, and would make the cache grow by their length. */
const MAX_CHARACTERS = 1000;

/** A cache of 2 000 texts of up to 1 000 characters; the one that was used longest ago goes first. */
export function createVectorCache(): VectorCache {
  const vectors = new Map<string, Float32Array>();
  const put = (text: string, vector: Float32Array) => {
    vectors.delete(text);
    vectors.set(text, vector);
  };
  return {
    find(text) {
      const vector = vectors.get(text);
      if (!vector) return null;
      put(text, vector);
      return vector.slice();
    },
    keep(text, vector) {
      if (text.length > MAX_CHARACTERS) return;
      put(text, vector.slice());
      const oldest = vectors.keys().next().value;
      if (vectors.size > MAX_ENTRIES && oldest !== undefined) vectors.delete(oldest);
    },
  };
}
