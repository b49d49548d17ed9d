import type { Usage } from '@rae/metering';
import type { LanguageModel } from 'ai';

type Model = Exclude<LanguageModel, string>;
type Generated = Awaited<ReturnType<Extract<Model, { specificationVersion: 'v4' }>['doGenerate']>>;
/** A provider's usage as the AI SDK hands it on: cached tokens are in the total, whether the provider counts them so or not. */
export type ProviderUsage = Generated['usage'];

const isCount = (value: number | undefined): value is number => Number.isSafeInteger(value) && (value ?? -1) >= 0;

/** A part of a whole: what a provider says beyond it is cut off, for it would be priced twice. */
const part = (value: number | undefined, whole: number): number => (isCount(value) ? Math.min(value, whole) : 0);

/** The usage of a language model's call; null: the provider does not say, or says nonsense. 0 is what it says. */
export function toUsage({ inputTokens: input, outputTokens: output }: ProviderUsage): Usage | null {
  if (!isCount(input.total) || !isCount(output.total)) return null;
  const cachedInputTokens = part(input.cacheRead, input.total);
  return {
    inputTokens: input.total,
    outputTokens: output.total,
    cachedInputTokens,
    cacheWriteTokens: part(input.cacheWrite, input.total - cachedInputTokens),
    reasoningTokens: part(output.reasoning, output.total),
  };
}
