export { createEmbedder } from './create-embedder.ts';
export { createOfflineEncoder, OFFLINE_MODEL } from './offline-encoder.ts';
export type { EmbedderSettings, GuardSettings, Meter, ModelCall, OfflineEncoderSettings } from './settings.ts';
