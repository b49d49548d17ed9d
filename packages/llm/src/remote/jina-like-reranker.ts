import { APICallError } from 'ai';
import { z } from 'zod';
import type { RerankingModel } from '../metered/models.ts';

/** https://api.jina.ai/redoc, POST /v1/rerank; vLLM, TEI, LiteLLM and llama.cpp answer alike. */
const Answer = z.looseObject({
  results: z.array(z.object({ index: z.number().int(), relevance_score: z.number() })),
});

/** What may go better the next time. */
const isRetryable = (status: number): boolean => status === 408 || status === 409 || status === 429 || status >= 500;

interface Server {
  readonly baseURL: string;
  readonly apiKey?: string;
}

const toError = (url: string, status: number, headers: Headers, message: string) =>
  new APICallError({
    message,
    url,
    requestBodyValues: {},
    statusCode: status,
    responseHeaders: Object.fromEntries(headers),
    isRetryable: isRetryable(status),
  });

/** A reranker behind `POST {baseURL}/rerank` as Jina's API has it. */
export function createJinaLikeReranker(provider: string, model: string, { baseURL, apiKey }: Server): RerankingModel {
  const url = `${baseURL.replace(/\/+$/, '')}/rerank`;
  return {
    provider,
    modelId: model,
    async doRerank({ query, documents, topN, abortSignal }) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
        body: JSON.stringify({ model, query, documents: documents.values, top_n: topN ?? documents.values.length }),
        signal: abortSignal ?? null,
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw toError(url, response.status, response.headers, 'the reranker refused the request');
      }
      const body: unknown = await response.json().catch(() => null);
      const answer = Answer.safeParse(body);
      if (!answer.success) throw toError(url, response.status, response.headers, 'the answer is no ranking');
      const ranking = answer.data.results.map(({ index, relevance_score: relevanceScore }) => ({
        index,
        relevanceScore,
      }));
      return { ranking, response: { body } };
    },
  };
}
