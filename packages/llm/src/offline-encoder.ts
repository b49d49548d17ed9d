import type { Embedder } from '@rae/kernel';
import { guardEmbedder } from './guard-embedder.ts';
import { startEncoderProcess } from './local/encoder-process.ts';
import { createLocalEmbedder } from './local/local-embedder.ts';
import { DEFAULT_TIMEOUT_MS, type OfflineEncoderSettings } from './settings.ts';
import { DIMENSIONS, MAX_TOKENS } from './use-lite/graph.ts';

/** Name of the offline encoder, as stored with its vectors. */
export const OFFLINE_MODEL = 'local/use-lite-int8';
export const OFFLINE_DIMENSIONS = DIMENSIONS;

/**
 * Universal Sentence Encoder lite in 8 bits, in a process of its own: no key, no network. English, 512 numbers, 128
 * tokens. A text's vector depends on the text alone. The process is started and the model file (14 MB) made by the
 * first embed.
 */
export function createOfflineEncoder(settings: OfflineEncoderSettings): Embedder {
  const embedder = createLocalEmbedder({
    id: OFFLINE_MODEL,
    dimensions: DIMENSIONS,
    maxTokens: MAX_TOKENS,
    languages: ['en'],
    start: () => startEncoderProcess('use-lite', [settings.modelDir, 'int8']),
    timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    logger: settings.logger,
  });
  return guardEmbedder(embedder, settings);
}
