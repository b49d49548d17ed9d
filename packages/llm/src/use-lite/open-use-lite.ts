import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Encode } from '../local/serve-encoder.ts';
import { buildUseLite, DIMENSIONS, MAX_TOKENS, type Precision } from './graph.ts';
import { ensureModelFile } from './model-file.ts';
import { createTokenizer } from './tokenizer.ts';
import { readPieces, readWeights } from './weights.ts';

/** Raised when buildUseLite writes another graph, so that a file of an older one is not taken for it. */
const GRAPH_VERSION = 1;

/**
 * One thread: two shorten a text of 24 tokens by a quarter and take half as much CPU again (measured). On x64 CPUs without
 * VNNI 8-bit products saturate unless `x64quantprecision` is on (cosine 0.93 instead of 0.999, measured).
 */
const SESSION: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  extra: { session: { x64quantprecision: '1' } },
};

/**
 * Opens Universal Sentence Encoder lite; the model file is made in `modelDir` the first time. It is loaded by its path
 * and the input array lives as long as the encoder: a model given as bytes and inputs that were collected crashed the
 * runtime.
 */
export async function openUseLite(modelDir: string, precision: Precision): Promise<Encode> {
  const path = join(modelDir, `use-lite-${precision}-${GRAPH_VERSION}.onnx`);
  await ensureModelFile(path, () => buildUseLite(readWeights(), precision));
  const session = await InferenceSession.create(path, SESSION);
  const tokenize = createTokenizer(readPieces());
  const input = new Int32Array(MAX_TOKENS);
  const encodeOne = async (text: string) => {
    const ids = tokenize(text, MAX_TOKENS);
    // The unknown piece alone stands for a text without any.
    input.set(ids.length > 0 ? ids : [0]);
    const length = Math.max(1, ids.length);
    const { vector } = await session.run({ ids: new Tensor('int32', input.subarray(0, length), [length]) });
    if (!(vector?.data instanceof Float32Array)) throw new Error('the model answered without a float32 vector');
    return vector.data;
  };
  return async (texts) => {
    const vectors = new Float32Array(texts.length * DIMENSIONS);
    for (const [index, text] of texts.entries()) vectors.set(await encodeOne(text), index * DIMENSIONS);
    return vectors;
  };
}
