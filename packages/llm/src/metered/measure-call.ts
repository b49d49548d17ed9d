import type { ModelName, Usage } from '@rae/metering';
import { GEN_AI_METRICS, type GenAiOperation, type Metrics } from '@rae/telemetry';

/** Counts a call in the client metrics of OpenTelemetry's GenAI conventions. */
export function measureCall(metrics: Metrics, operation: GenAiOperation, { provider, model }: ModelName) {
  const labels = { gen_ai_operation_name: operation, gen_ai_provider_name: provider, gen_ai_request_model: model };
  const seconds = (name: string, help: string, value: number, more = {}) =>
    metrics.observeSeconds(name, help, value, { ...labels, ...more });
  const tokens = (type: 'input' | 'output', value: number) =>
    metrics.observe(GEN_AI_METRICS.TOKEN_USAGE, 'Tokens of a model call', value, {
      ...labels,
      gen_ai_token_type: type,
    });
  return {
    tokens({ inputTokens, outputTokens }: Usage): void {
      tokens('input', inputTokens);
      if (operation === 'chat') tokens('output', outputTokens);
    },
    duration: (value: number, errorType: string | null): void =>
      seconds(GEN_AI_METRICS.OPERATION_DURATION, 'Seconds of a model call', value, { error_type: errorType ?? '' }),
    firstChunk: (value: number): void =>
      seconds(GEN_AI_METRICS.TIME_TO_FIRST_CHUNK, 'Seconds until the first chunk of a model stream', value),
  };
}
