import { createGoogle } from '@ai-sdk/google';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createVoyage } from '@ai-sdk/voyage';
import { badInput, type EmbeddingPurpose } from '@rae/kernel';
import { type embedMany, wrapEmbeddingModel } from 'ai';
import { sortByIndex } from './sort-by-index.ts';

type ProviderOptions = Parameters<typeof embedMany>[0]['providerOptions'];

/** What a provider is reached with. */
export interface Access {
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly dimensions?: number | undefined;
}

/** A provider's model as the AI SDK calls it. */
export interface RemoteModel {
  readonly model: ReturnType<typeof wrapEmbeddingModel>;
  /** Longest text in tokens when nothing else is said. */
  readonly maxTokens: number;
  readonly optionsFor: (purpose: EmbeddingPurpose) => ProviderOptions;
}

type Open = (model: string, access: Access) => RemoteModel;

/**
 * As many texts a request as the strictest common server takes; 32 of 8 192 tokens stay below OpenAI's 300 000 a
 * request.
 */
const TEXTS_PER_REQUEST = 32;

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

function needed(field: 'apiKey' | 'baseUrl', provider: string, value: string | undefined): string {
  if (value) return value;
  throw badInput(field, `is missing; ${provider} needs ${field === 'apiKey' ? 'a key' : 'the address of its API'}`);
}

const openaiCompatible =
  (name: string, maxTokens: number, reach: (access: Access) => { baseURL: string; apiKey?: string }): Open =>
  (model, access) => ({
    model: batched(createOpenAICompatible({ name, ...reach(access) }).embeddingModel(model)),
    maxTokens,
    optionsFor: () => undefined,
  });

const optionalKey = (apiKey: string | undefined) => (apiKey ? { apiKey } : {});

/** Token limits: those that the providers document, and where any model may be served 512, the least that is usual. */
const PROVIDERS: Readonly<Record<string, Open>> = {
  openai: openaiCompatible('openai', 8192, ({ apiKey, baseUrl }) => ({
    baseURL: baseUrl ?? 'https://api.openai.com/v1',
    apiKey: needed('apiKey', 'openai', apiKey),
  })),
  'openai-compatible': openaiCompatible('openai-compatible', 512, ({ apiKey, baseUrl }) => ({
    baseURL: needed('baseUrl', 'openai-compatible', baseUrl),
    ...optionalKey(apiKey),
  })),
  ollama: openaiCompatible('ollama', 512, ({ apiKey, baseUrl }) => ({
    baseURL: `${(baseUrl ?? 'http://127.0.0.1:11434').replace(/\/+$/, '')}/v1`,
    ...optionalKey(apiKey),
  })),
  google: (model, { apiKey, baseUrl }) => ({
    model: batched(
      createGoogle({
        apiKey: needed('apiKey', 'google', apiKey),
        ...(baseUrl ? { baseURL: baseUrl } : {}),
      }).embeddingModel(model),
    ),
    maxTokens: 2048,
    optionsFor: (purpose) => ({ google: { taskType: purpose === 'query' ? 'RETRIEVAL_QUERY' : 'RETRIEVAL_DOCUMENT' } }),
  }),
  voyage: (model, { apiKey, baseUrl, dimensions }) => ({
    model: batched(
      createVoyage({
        apiKey: needed('apiKey', 'voyage', apiKey),
        ...(baseUrl ? { baseURL: baseUrl } : {}),
      }).embeddingModel(model),
    ),
    // Its models take 32 000, but some no more than 120 000 in a request of up to 32 texts.
    maxTokens: 8192,
    optionsFor: (purpose) => ({
      voyage: { inputType: purpose, ...(dimensions ? { outputDimension: dimensions } : {}) },
    }),
  }),
};

/**
 * A model of a remote provider; nothing is called yet.
 *
 * @throws BAD_USER_INPUT when the provider is unknown, a key or an address is missing, or the address is no http(s) URL
 */
export function openRemoteModel(provider: string, model: string, access: Access): RemoteModel {
  const { baseUrl } = access;
  if (baseUrl && !/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
    throw badInput('baseUrl', 'is not an address; it looks like https://host/v1');
  const open = Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : undefined;
  if (!open || !model) {
    const names = Object.keys(PROVIDERS).map((name) => `${name}/<model>`);
    const allowed = ['local/use-lite-int8', 'transformers/<model>', ...names].join(', ');
    throw badInput('model', `is not known; use one of ${allowed}`, { given: `${provider}/${model}` });
  }
  return open(model, access);
}
