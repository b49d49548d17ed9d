import { type Embedder, type Logger, PlatformError } from '@rae/kernel';
import { startEncoderProcess } from './encoder-process.ts';
import { createLocalEmbedder } from './local-embedder.ts';

export interface TransformersOptions {
  readonly id: string;
  /** Name of the model on the hub, or of its folder in `modelDir`. */
  readonly model: string;
  readonly modelDir: string;
  readonly maxTokens: number;
  readonly timeoutMs: number;
  readonly logger?: Logger | undefined;
}

/** The first call fetches the weights: hundreds of megabytes for some models. */
const FETCH_TIMEOUT_MS = 600_000;

/** Numbers in a vector of the model, by embedding one text. */
async function probe({ id, model, modelDir }: TransformersOptions): Promise<number> {
  const encoder = startEncoderProcess('transformers', [modelDir, model]);
  try {
    return (await encoder.encode(['dimensions'], FETCH_TIMEOUT_MS)).length;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError('MODEL_UNAVAILABLE', `${id} cannot be used: ${reason}`, { model: id, retryable: false });
  } finally {
    await encoder.stop();
  }
}

/**
 * A sentence encoder of the Hugging Face hub on this machine; see openTransformers. Waits until its weights are there.
 *
 * @throws MODEL_UNAVAILABLE (not retryable) saying what to install, or why the model cannot be opened
 */
export async function createTransformersEmbedder(options: TransformersOptions): Promise<Embedder> {
  return createLocalEmbedder({
    id: options.id,
    dimensions: await probe(options),
    maxTokens: options.maxTokens,
    languages: null,
    start: () => startEncoderProcess('transformers', [options.modelDir, options.model]),
    timeoutMs: options.timeoutMs,
    logger: options.logger,
  });
}
