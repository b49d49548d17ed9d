/** A model that this installation is set up to call. */
export interface ConfiguredModel {
  readonly provider: string;
  readonly model: string;
  readonly purpose: 'GENERATE' | 'EMBED' | 'RERANK';
  /** It runs on this machine and costs nothing. */
  readonly local: boolean;
  readonly unavailableBecause: string | null;
  /** Of its vectors; null: of no embedding model, or not known here. */
  readonly dimensions: number | null;
}
