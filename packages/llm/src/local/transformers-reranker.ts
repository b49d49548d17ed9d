import { type Logger, PlatformError, type Reranker } from '@rae/kernel';
import type { Meter } from '../meter.ts';
import { type EncoderProcess, startEncoderProcess } from './encoder-process.ts';

export interface TransformersRerankerOptions {
  readonly id: string;
  /** Name of the model on the hub, or of its folder in `modelDir`. */
  readonly model: string;
  readonly modelDir: string;
  readonly timeoutMs: number;
  readonly meter: Meter;
  readonly logger: Logger;
}

/** The first call fetches the weights: hundreds of megabytes for some models. */
const FETCH_TIMEOUT_MS = 600_000;
const CHARACTERS_PER_TOKEN = 4;

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

async function probe({ id }: TransformersRerankerOptions, process: EncoderProcess): Promise<void> {
  try {
    await process.encode(['question', 'text'], FETCH_TIMEOUT_MS);
  } catch (error) {
    await process.stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError('MODEL_UNAVAILABLE', `${id} cannot be used: ${reason}`, { model: id, retryable: false });
  }
}

/**
 * A cross-encoder of the Hugging Face hub on this machine, in a process of its own that is started anew after it ended.
 * Calls come one after another. Waits until its weights are there.
 *
 * @throws MODEL_UNAVAILABLE (not retryable) saying what to install, or why the model cannot be opened
 */
export async function createTransformersReranker(options: TransformersRerankerOptions): Promise<Reranker> {
  const { id, model, modelDir, timeoutMs, meter, logger } = options;
  const start = () => startEncoderProcess('transformers-reranker', [modelDir, model]);
  let current = start();
  await probe(options, current);
  let last: Promise<unknown> = Promise.resolve();
  const score = async (query: string, texts: readonly string[]): Promise<number[]> => {
    if (!current.alive) current = start();
    try {
      const logits = await current.encode([query, ...texts], timeoutMs);
      if (logits.length !== texts.length || !logits.every(Number.isFinite))
        throw new Error(`the model answered ${logits.length} scores for ${texts.length} texts`);
      return Array.from(logits, logistic);
    } catch (cause) {
      logger.warn({ model: id, err: cause }, 'the process of the reranker failed');
      await current.stop();
      throw new PlatformError('MODEL_UNAVAILABLE', `${id} does not answer.`, { model: id }, { cause });
    }
  };
  return {
    id,
    local: true,
    async rerank(query, texts, spend) {
      const turn = last.then(() => score(query, texts));
      last = turn.catch(() => {});
      const scores = await turn;
      const characters = texts.reduce((sum, { length }) => sum + length + query.length, 0);
      const inputTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN);
      meter.recordLocal(spend, { provider: 'transformers', model, inputTokens, outputTokens: 0 });
      return scores;
    },
    close: () => current.stop(),
  };
}
