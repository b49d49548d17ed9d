import { expect, jest, test } from '@jest/globals';

const asked: { questions: readonly string[]; options: { text_pair: readonly string[] } }[] = [];
const env = { cacheDir: '' };

/** In the place of the package, which is the user's to install: a "model" whose logit is the length of the text. */
jest.unstable_mockModule(
  '@huggingface/transformers',
  () => ({
    env,
    AutoTokenizer: {
      from_pretrained: async () => (questions: readonly string[], options: { text_pair: readonly string[] }) => {
        asked.push({ questions, options });
        return options;
      },
    },
    AutoModelForSequenceClassification: {
      from_pretrained: async () => async (inputs: { text_pair: readonly string[] }) => ({
        logits: { data: Float32Array.from(inputs.text_pair, ({ length }) => length) },
      }),
    },
    pipeline: async () => async (texts: readonly string[]) => ({ data: Float32Array.from(texts, () => 1) }),
  }),
  { virtual: true },
);
const { openCrossEncoder, openTransformers } = await import('./open-transformers.ts');

test('a cross-encoder is asked for the question with each text, and gives a logit for each in their order', async () => {
  const encode = await openCrossEncoder('/models', 'Xenova/ms-marco-MiniLM-L-6-v2');
  expect([...(await encode(['who?', 'a', 'bbb', 'cc']))]).toEqual([1, 3, 2]);
  expect(asked).toEqual([
    {
      questions: ['who?', 'who?', 'who?'],
      options: { text_pair: ['a', 'bbb', 'cc'], padding: true, truncation: true },
    },
  ]);
  expect(env.cacheDir).toBe('/models');
});

test('a sentence encoder gives the vectors of all texts, one after another', async () => {
  const encode = await openTransformers('/models', 'Xenova/all-MiniLM-L6-v2');
  expect([...(await encode(['a', 'b']))]).toEqual([1, 1]);
});
