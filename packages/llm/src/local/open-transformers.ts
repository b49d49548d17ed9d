import type { Encode } from './serve-encoder.ts';

/** A string, not a literal in the import: the package is the user's to install, and types are checked without it. */
const PACKAGE: string = '@huggingface/transformers';

interface Library {
  readonly env: { cacheDir: string };
  readonly AutoTokenizer: { from_pretrained(model: string): Promise<Tokenizer> };
  readonly AutoModelForSequenceClassification: { from_pretrained(model: string): Promise<Classifier> };
  pipeline(task: 'feature-extraction', model: string): Promise<Extractor>;
}

type Extractor = (
  texts: readonly string[],
  options: { readonly pooling: 'mean'; readonly normalize: true },
) => Promise<{ readonly data: Float32Array }>;

type Tokenizer = (
  texts: readonly string[],
  options: { readonly text_pair: readonly string[]; readonly padding: true; readonly truncation: true },
) => Promise<object> | object;

type Classifier = (inputs: object) => Promise<{ readonly logits: { readonly data: Float32Array } }>;

async function loadLibrary(): Promise<Library> {
  try {
    return await import(PACKAGE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`it needs the package ${PACKAGE}; install it with "npm install ${PACKAGE}" (${reason})`);
  }
}

/**
 * Opens a sentence encoder of the Hugging Face hub, such as `Xenova/all-MiniLM-L6-v2`, on transformers.js: mean pooling
 * over tokens. Its weights are fetched into `modelDir` the first time.
 *
 * @throws an Error that says what to install when the package is missing, or the library's own
 */
export async function openTransformers(modelDir: string, model: string): Promise<Encode> {
  const { env, pipeline } = await loadLibrary();
  env.cacheDir = modelDir;
  const extract = await pipeline('feature-extraction', model);
  return async (texts) => (await extract(texts, { pooling: 'mean', normalize: true })).data;
}

/**
 * Opens a cross-encoder of the Hugging Face hub with one output, such as `Xenova/ms-marco-MiniLM-L-6-v2`. It takes the
 * question first and then the texts, and answers one logit a text.
 *
 * @throws as openTransformers
 */
export async function openCrossEncoder(modelDir: string, model: string): Promise<Encode> {
  const { env, AutoTokenizer, AutoModelForSequenceClassification } = await loadLibrary();
  env.cacheDir = modelDir;
  const tokenize = await AutoTokenizer.from_pretrained(model);
  const classify = await AutoModelForSequenceClassification.from_pretrained(model);
  return async ([question = '', ...texts]) => {
    const questions = texts.map(() => question);
    const inputs = await tokenize(questions, { text_pair: texts, padding: true, truncation: true });
    return (await classify(inputs)).logits.data;
  };
}
