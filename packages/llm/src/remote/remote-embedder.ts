import { type Embedder, type EmbeddingPurpose, isPlatformError } from '@rae/kernel';
import { embedMany } from 'ai';
import type { Meter } from '../settings.ts';
import { mayExceed, prepareText } from './prepare-text.ts';
import { type Access, openRemoteModel } from './providers.ts';
import { explainRemoteError } from './remote-error.ts';
import { toUnitVectors } from './unit-vectors.ts';

export interface RemoteEmbedderOptions extends Access {
  readonly provider: string;
  readonly model: string;
  readonly maxTokens?: number | undefined;
  readonly timeoutMs: number;
  readonly meter: Meter;
}

/**
 * Bytes a token of English text takes at least, on average; other texts are cut again when the provider refuses them.
 */
const BYTES_PER_TOKEN = 3;

const MAX_RETRIES = 2;
const REQUESTS_AT_A_TIME = 4;

/** What providers answer to a text that is too long. */
const TOO_LONG: readonly unknown[] = [400, 413, 422];

/** One metered call: the vectors as the provider gave them. */
function createCall(id: string, options: RemoteEmbedderOptions, closing: AbortSignal) {
  const { provider, model, timeoutMs, meter, dimensions } = options;
  const remote = openRemoteModel(provider, model, options);
  const maxTokens = options.maxTokens ?? remote.maxTokens;
  const call = (texts: readonly string[], maxBytes: number, purpose: EmbeddingPurpose, caller?: AbortSignal) =>
    meter({ provider, model, operation: 'EMBEDDING', texts: texts.length }, async () => {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const { embeddings, usage } = await embedMany({
          model: remote.model,
          values: texts.map((text) => prepareText(text, maxBytes)),
          providerOptions: remote.optionsFor(purpose),
          maxRetries: MAX_RETRIES,
          maxParallelCalls: REQUESTS_AT_A_TIME,
          abortSignal: AbortSignal.any([timeout, closing, ...(caller ? [caller] : [])]),
          ...(dimensions ? { dimensions } : {}),
        });
        return { result: embeddings, tokens: Number.isFinite(usage.tokens) ? usage.tokens : null };
      } catch (error) {
        throw explainRemoteError(id, error, { caller, timeout, closing });
      }
    });
  const send = async (texts: readonly string[], purpose: EmbeddingPurpose, caller?: AbortSignal) => {
    try {
      return await call(texts, maxTokens * BYTES_PER_TOKEN, purpose, caller);
    } catch (error) {
      const tooLong = isPlatformError(error) && TOO_LONG.includes(error.details.status);
      if (!tooLong || !texts.some((text) => mayExceed(text, maxTokens))) throw error;
      return call(texts, maxTokens, purpose, caller);
    }
  };
  return { send, maxTokens };
}

type Send = ReturnType<typeof createCall>['send'];

async function learnDimensions(id: string, send: Send): Promise<number> {
  const vectors = await send(['dimensions'], 'document');
  const dimensions = vectors[0]?.length ?? 0;
  toUnitVectors(id, vectors, 1, dimensions);
  return dimensions;
}

/**
 * An embedder behind a provider's API. Vectors are checked and brought to unit length; a call with its retries (2, of
 * HTTP 408, 409, 429, 5xx and lost connections, after what Retry-After says) ends after `timeoutMs`.
 *
 * `dimensions` are asked of the model, and become part of the id: vectors of other sizes are another model's. Left out,
 * one text is embedded to learn them.
 *
 * @throws BAD_USER_INPUT for a missing key or address; MODEL_UNAVAILABLE when that one text cannot be embedded
 */
export async function createRemoteEmbedder(options: RemoteEmbedderOptions): Promise<Embedder> {
  const name = `${options.provider}/${options.model}`;
  const id = options.dimensions ? `${name}@${options.dimensions}` : name;
  const closing = new AbortController();
  const { send, maxTokens } = createCall(id, options, closing.signal);
  const dimensions = options.dimensions ?? (await learnDimensions(id, send));
  return {
    id,
    dimensions,
    maxTokens,
    languages: null,
    local: false,
    async embed(texts, purpose, _spend, signal) {
      if (texts.length === 0) return [];
      return toUnitVectors(id, await send(texts, purpose, signal), texts.length, dimensions);
    },
    async close() {
      closing.abort();
    },
  };
}
