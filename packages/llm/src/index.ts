export { createEmbedder } from './create-embedder.ts';
export { createGenerator } from './create-generator.ts';
export { createReranker } from './create-reranker.ts';
export type { Meter } from './meter.ts';
export { createOfflineEncoder, OFFLINE_DIMENSIONS, OFFLINE_MODEL } from './offline-encoder.ts';
export type {
  EmbedderSettings,
  GeneratorSettings,
  GuardSettings,
  OfflineEncoderSettings,
  RerankerSettings,
} from './settings.ts';
