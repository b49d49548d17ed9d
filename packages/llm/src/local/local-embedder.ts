import { type Embedder, type Logger, PlatformError } from '@rae/kernel';
import { createBatcher } from './batcher.ts';
import type { EncoderProcess } from './encoder-process.ts';
import { splitVectors } from './split-vectors.ts';

export interface LocalEmbedderOptions extends Pick<Embedder, 'id' | 'dimensions' | 'maxTokens' | 'languages'> {
  /** Starts a process of the encoder. */
  readonly start: () => EncoderProcess;
  /** Longest wait for one batch, the start of the process included. */
  readonly timeoutMs: number;
  readonly logger?: Logger | undefined;
}

/**
 * An embedder whose model runs in a process of its own. The process is started by the first call and anew after it
 * ended; a batch that was under way then is tried once more. Why it ended is logged, and is the cause of the error.
 */
export function createLocalEmbedder({ start, timeoutMs, logger, ...model }: LocalEmbedderOptions): Embedder {
  let current: EncoderProcess | null = null;
  let closed = false;
  const encodeOnce = async (texts: readonly string[]) => {
    if (!current?.alive) current = start();
    const used = current;
    try {
      return splitVectors(await used.encode(texts, timeoutMs), texts.length, model.dimensions);
    } catch (error) {
      if (!closed) logger?.warn({ model: model.id, err: error }, 'the process of the encoder failed');
      await used.stop();
      throw error;
    }
  };
  const encode = async (texts: readonly string[]) => {
    try {
      return await encodeOnce(texts).catch((error) => (closed ? Promise.reject(error) : encodeOnce(texts)));
    } catch (cause) {
      throw new PlatformError('MODEL_UNAVAILABLE', `${model.id} does not answer.`, { model: model.id }, { cause });
    }
  };
  const batcher = createBatcher(encode);
  return {
    ...model,
    local: true,
    embed: (texts, _purpose, _spend, signal) => batcher.submit(texts, signal),
    async close() {
      closed = true;
      batcher.close(new PlatformError('MODEL_UNAVAILABLE', `${model.id} is closed.`, { model: model.id }));
      await current?.stop();
    },
  };
}
