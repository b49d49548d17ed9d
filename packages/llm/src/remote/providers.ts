import { createAnthropic } from '@ai-sdk/anthropic';
import { createCohere } from '@ai-sdk/cohere';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createVoyage } from '@ai-sdk/voyage';
import type { EmbeddingPurpose } from '@rae/kernel';
import { type embedMany, wrapEmbeddingModel, wrapLanguageModel } from 'ai';
import type { EmbeddingModel, LanguageModel, RerankingModel } from '../metered/models.ts';
import { type Access, needed, OPENAI_LIKE } from './access.ts';
import { createJinaLikeReranker } from './jina-like-reranker.ts';
import { sortByIndex } from './sort-by-index.ts';

type ProviderOptions = Parameters<typeof embedMany>[0]['providerOptions'];

/** A provider's embedding model. */
export interface OpenedEmbedding {
  readonly model: EmbeddingModel;
  /** Longest text in tokens when nothing else is said. */
  readonly maxTokens: number;
  readonly optionsFor: (purpose: EmbeddingPurpose, dimensions: number | undefined) => ProviderOptions;
}

type Openers<Model> = Readonly<Record<string, (model: string, access: Access) => Model>>;

/**
 * As many texts a request as the strictest common server takes; 32 of 8 192 tokens stay below OpenAI's 300 000 a
 * request.
 */
export const TEXTS_PER_REQUEST = 32;

const batched = (model: Parameters<typeof wrapEmbeddingModel>[0]['model']) =>
  wrapEmbeddingModel({
    model,
    middleware: {
      overrideMaxEmbeddingsPerCall: () => TEXTS_PER_REQUEST,
      wrapEmbed: async ({ doEmbed }) => {
        const result = await doEmbed();
        return { ...result, embeddings: sortByIndex(result.embeddings, result.response?.body) };
      },
    },
  });

const openaiLike = (name: string, access: Access) => OPENAI_LIKE[name]?.(access) ?? { baseURL: '' };

const embeddingLike =
  (name: string, maxTokens: number) =>
  (model: string, access: Access): OpenedEmbedding => ({
    model: batched(createOpenAICompatible({ name, ...openaiLike(name, access) }).embeddingModel(model)),
    maxTokens,
    optionsFor: () => undefined,
  });

const keyed = (provider: string, { apiKey, baseUrl }: Access) => ({
  apiKey: needed('apiKey', provider, apiKey),
  ...(baseUrl ? { baseURL: baseUrl } : {}),
});

/** Token limits: those that the providers document, and where any model may be served 512, the least that is usual. */
export const EMBEDDING_PROVIDERS: Openers<OpenedEmbedding> = {
  openai: embeddingLike('openai', 8192),
  'openai-compatible': embeddingLike('openai-compatible', 512),
  ollama: embeddingLike('ollama', 512),
  google: (model, access) => ({
    model: batched(createGoogle(keyed('google', access)).embeddingModel(model)),
    maxTokens: 2048,
    optionsFor: (purpose) => ({ google: { taskType: purpose === 'query' ? 'RETRIEVAL_QUERY' : 'RETRIEVAL_DOCUMENT' } }),
  }),
  voyage: (model, access) => ({
    model: batched(createVoyage(keyed('voyage', access)).embeddingModel(model)),
    // Its models take 32 000, but some no more than 120 000 in a request of up to 32 texts.
    maxTokens: 8192,
    optionsFor: (purpose, dimensions) => ({
      voyage: { inputType: purpose, ...(dimensions ? { outputDimension: dimensions } : {}) },
    }),
  }),
};

/** OpenAI's newer models refuse `max_tokens`; its own API takes `max_completion_tokens` for all. */
const toOpenAi = ({ max_tokens, ...body }: Record<string, unknown>) => ({
  ...body,
  ...(max_tokens === undefined ? {} : { max_completion_tokens: max_tokens }),
});

const chatLike =
  (name: string) =>
  (model: string, access: Access): LanguageModel => {
    const options = { name, includeUsage: true, ...openaiLike(name, access) };
    const provider = createOpenAICompatible(
      name === 'openai' ? { ...options, transformRequestBody: toOpenAi } : options,
    );
    return wrapLanguageModel({ model: provider.chatModel(model), middleware: [] });
  };

export const LANGUAGE_PROVIDERS: Openers<LanguageModel> = {
  openai: chatLike('openai'),
  'openai-compatible': chatLike('openai-compatible'),
  ollama: chatLike('ollama'),
  anthropic: (model, access) =>
    wrapLanguageModel({ model: createAnthropic(keyed('anthropic', access))(model), middleware: [] }),
  google: (model, access) => wrapLanguageModel({ model: createGoogle(keyed('google', access))(model), middleware: [] }),
};

export const RERANKING_PROVIDERS: Openers<RerankingModel> = {
  cohere: (model, access) => createCohere(keyed('cohere', access)).reranking(model),
  voyage: (model, access) => createVoyage(keyed('voyage', access)).reranking(model),
  'openai-compatible': (model, access) =>
    createJinaLikeReranker('openai-compatible', model, openaiLike('openai-compatible', access)),
};
