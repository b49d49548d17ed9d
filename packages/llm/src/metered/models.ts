import type { CohereProvider } from '@ai-sdk/cohere';
import type { wrapEmbeddingModel, wrapLanguageModel } from 'ai';

/** Models as the AI SDK calls them. */
export type LanguageModel = ReturnType<typeof wrapLanguageModel>;
export type EmbeddingModel = ReturnType<typeof wrapEmbeddingModel>;
export type MeteredRerankingModel = ReturnType<CohereProvider['reranking']>;
/** Providers' of whichever version of the interface. */
export type RerankingModel = Pick<MeteredRerankingModel, 'provider' | 'modelId' | 'doRerank'>;
export type LanguageCall = Parameters<LanguageModel['doGenerate']>[0];
