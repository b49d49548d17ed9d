import { type Embedder, type EmbeddingPurpose, isPlatformError, type Spend } from '@rae/kernel';
import { embedMany } from 'ai';
import type { TextMetering } from '../metered/meter-language-model.ts';
import type { Access } from './access.ts';
import { openEmbedding } from './open-models.ts';
import { mayExceed, prepareText } from './prepare-text.ts';
import { TEXTS_PER_REQUEST } from './providers.ts';
import { explainRemoteError } from './remote-error.ts';
import { toUnitVectors } from './unit-vectors.ts';

export interface RemoteEmbedderOptions extends Access {
  readonly provider: string;
  readonly model: string;
  readonly dimensions?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly timeoutMs: number;
  readonly metering: TextMetering;
  /** Pays for the one text whose vector tells the dimensions. */
  readonly ownSpend: Spend;
}

/**
 * Bytes a token of English text takes at least, on average; other texts are cut again when the provider refuses them.
 */
const BYTES_PER_TOKEN = 3;

const MAX_RETRIES = 2;
const REQUESTS_AT_A_TIME = 4;

/** What providers answer to a text that is too long. */
const TOO_LONG: readonly unknown[] = [400, 413, 422];

/** The part of a spend that some of a call's texts are for, where each text has its subject. */
const spendOn = (spend: Spend, texts: number, from: number, to: number): Spend =>
  spend.subjects.length === texts ? { ...spend, subjects: spend.subjects.slice(from, to) } : spend;

/** One call of as many texts as a request holds: the vectors as the provider gave them. */
function createCall(id: string, options: RemoteEmbedderOptions, closing: AbortSignal) {
  const { provider, model, timeoutMs, dimensions, metering } = options;
  const remote = openEmbedding(provider, model, options, metering);
  const maxTokens = options.maxTokens ?? remote.maxTokens;
  const call = async (
    texts: readonly string[],
    maxBytes: number,
    purpose: EmbeddingPurpose,
    spend: Spend,
    caller?: AbortSignal,
  ) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const { embeddings } = await embedMany({
        model: remote.paidBy(spend),
        values: texts.map((text) => prepareText(text, maxBytes)),
        providerOptions: remote.optionsFor(purpose, dimensions),
        maxRetries: MAX_RETRIES,
        abortSignal: AbortSignal.any([timeout, closing, ...(caller ? [caller] : [])]),
        ...(dimensions ? { dimensions } : {}),
      });
      return embeddings;
    } catch (error) {
      throw explainRemoteError(id, error, { caller, timeout, closing });
    }
  };
  const send = async (texts: readonly string[], purpose: EmbeddingPurpose, spend: Spend, caller?: AbortSignal) => {
    try {
      return await call(texts, maxTokens * BYTES_PER_TOKEN, purpose, spend, caller);
    } catch (error) {
      const tooLong = isPlatformError(error) && TOO_LONG.includes(error.details.status);
      if (!tooLong || !texts.some((text) => mayExceed(text, maxTokens))) throw error;
      return call(texts, maxTokens, purpose, spend, caller);
    }
  };
  return { send, maxTokens, local: remote.local };
}

type Send = ReturnType<typeof createCall>['send'];

/** Request by request, so that each has a line of its own in the ledger, shared by the subjects of its own texts. */
async function sendAll(
  send: Send,
  texts: readonly string[],
  purpose: EmbeddingPurpose,
  spend: Spend,
  caller?: AbortSignal,
): Promise<number[][]> {
  const starts = Array.from({ length: Math.ceil(texts.length / TEXTS_PER_REQUEST) }, (_, n) => n * TEXTS_PER_REQUEST);
  const vectors: number[][] = [];
  while (starts.length > 0) {
    const answers = starts.splice(0, REQUESTS_AT_A_TIME).map((from) => {
      const to = from + TEXTS_PER_REQUEST;
      return send(texts.slice(from, to), purpose, spendOn(spend, texts.length, from, to), caller);
    });
    vectors.push(...(await Promise.all(answers)).flat());
  }
  return vectors;
}

async function learnDimensions(id: string, send: Send, spend: Spend): Promise<number> {
  const vectors = await send(['dimensions'], 'document', spend);
  const dimensions = vectors[0]?.length ?? 0;
  toUnitVectors(id, vectors, 1, dimensions);
  return dimensions;
}

/**
 * An embedder behind a provider's API. Vectors are checked and brought to unit length; a request with its retries (2, of
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
  const { send, maxTokens, local } = createCall(id, options, closing.signal);
  const dimensions = options.dimensions ?? (await learnDimensions(id, send, options.ownSpend));
  return {
    id,
    dimensions,
    maxTokens,
    languages: null,
    local,
    async embed(texts, purpose, spend, signal) {
      if (texts.length === 0) return [];
      const vectors = await sendAll(send, texts, purpose, spend, signal);
      return toUnitVectors(id, vectors, texts.length, dimensions);
    },
    async close() {
      closing.abort();
    },
  };
}
