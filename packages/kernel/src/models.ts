/** What an embedding is for: some models embed a question and a text differently. */
export type EmbeddingPurpose = 'query' | 'document';

/**
 * A model that turns texts into vectors. Vectors are of unit length (L2) and of `dimensions` numbers.
 * Implementations keep the order of the texts, embed an empty text as well as any other, and never return NaN.
 */
export interface Embedder {
  /** `provider/model`, stored with every vector: vectors of two ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** Longer texts are cut there. */
  readonly maxTokens: number;
  /** ISO 639-1 codes it knows, or null for all: elsewhere its cosine has no weight in ranking. */
  readonly languages: readonly string[] | null;
  /** True when it runs on this machine and costs nothing. */
  readonly local: boolean;
  /**
   * @throws MODEL_UNAVAILABLE (retryable) when the model does not answer, or answers with the wrong count, dimension or NaN
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal?: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}
