import type { Embedder } from '@rae/kernel';
import { guardEmbedder } from './guard-embedder.ts';
import { createTransformersEmbedder } from './local/transformers-embedder.ts';
import { createOfflineEncoder, OFFLINE_MODEL } from './offline-encoder.ts';
import { DEFAULT_TIMEOUT_MS, type EmbedderSettings } from './settings.ts';
import { toTextMetering } from './text-metering.ts';

/** Tokens that most sentence encoders of the hub take. */
const TRANSFORMERS_MAX_TOKENS = 512;

/**
 * The embedder that `settings.model` names. Remote ones without `dimensions` and `transformers/…` embed one text first.
 *
 * @throws BAD_USER_INPUT for an unknown model, a missing key or address; MODEL_UNAVAILABLE when that first text fails
 */
export async function createEmbedder(settings: EmbedderSettings): Promise<Embedder> {
  if (settings.model === OFFLINE_MODEL) return createOfflineEncoder(settings);
  const [provider = '', ...rest] = settings.model.split('/');
  const model = rest.join('/');
  const { timeoutMs = DEFAULT_TIMEOUT_MS, modelDir, logger } = settings;
  if (provider === 'transformers' && model) {
    const maxTokens = settings.maxTokens ?? TRANSFORMERS_MAX_TOKENS;
    const options = { id: settings.model, model, modelDir, maxTokens, timeoutMs, logger };
    return guardEmbedder(await createTransformersEmbedder(options), settings);
  }
  // The AI SDK takes its time to load, and an installation that runs offline never needs it.
  const { createRemoteEmbedder } = await import('./remote/remote-embedder.ts');
  const metering = toTextMetering(settings, timeoutMs);
  const embedder = await createRemoteEmbedder({ ...settings, provider, model, timeoutMs, metering });
  return guardEmbedder(embedder, { ...settings, countTokens: metering.countTokens });
}
