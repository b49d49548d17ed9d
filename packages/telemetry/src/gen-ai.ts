/**
 * Names of OpenTelemetry's conventions for generative AI (open-telemetry/semantic-conventions-genai, status Development),
 * copied: the npm package holds an older set of them. `COST` is in no convention; OpenLIT writes it and Langfuse reads it.
 */
export const GEN_AI = {
  OPERATION: 'gen_ai.operation.name',
  PROVIDER: 'gen_ai.provider.name',
  REQUEST_MODEL: 'gen_ai.request.model',
  REQUEST_MAX_TOKENS: 'gen_ai.request.max_tokens',
  REQUEST_STREAM: 'gen_ai.request.stream',
  RESPONSE_MODEL: 'gen_ai.response.model',
  TIME_TO_FIRST_CHUNK: 'gen_ai.response.time_to_first_chunk',
  INPUT_TOKENS: 'gen_ai.usage.input_tokens',
  OUTPUT_TOKENS: 'gen_ai.usage.output_tokens',
  CACHE_READ_TOKENS: 'gen_ai.usage.cache_read.input_tokens',
  CACHE_CREATION_TOKENS: 'gen_ai.usage.cache_creation.input_tokens',
  REASONING_TOKENS: 'gen_ai.usage.reasoning.output_tokens',
  COST: 'gen_ai.usage.cost',
  ERROR_TYPE: 'error.type',
} as const;

/** `gen_ai.operation.name`; rerank is in no convention. */
export type GenAiOperation = 'chat' | 'embeddings' | 'rerank';

/** Metrics of the same conventions as Prometheus writes them. */
export const GEN_AI_METRICS = {
  TOKEN_USAGE: 'gen_ai_client_token_usage',
  OPERATION_DURATION: 'gen_ai_client_operation_duration_seconds',
  TIME_TO_FIRST_CHUNK: 'gen_ai_client_operation_time_to_first_chunk_seconds',
} as const;
