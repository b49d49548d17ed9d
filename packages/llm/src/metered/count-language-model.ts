import type { ModelName } from '@rae/metering';
import { wrapLanguageModel } from 'ai';
import { type ProviderUsage, toUsage } from './call-usage.ts';
import type { LanguageSpend, TextMetering } from './meter-language-model.ts';
import type { LanguageModel } from './models.ts';

/** A language model on this machine: nothing is held, and what its calls took is counted by the minute. */
export function countLanguageModel(
  model: LanguageModel,
  name: ModelName,
  { meter }: TextMetering,
  { spend, onCall }: LanguageSpend,
): LanguageModel {
  const record = (reported: ProviderUsage) => {
    const usage = toUsage(reported);
    meter.recordLocal(spend, {
      ...name,
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
    });
  };
  return wrapLanguageModel({
    model,
    middleware: {
      async wrapGenerate({ doGenerate }) {
        onCall({ name, ended: Promise.resolve() });
        const result = await doGenerate();
        record(result.usage);
        return result;
      },
      async wrapStream({ doStream }) {
        onCall({ name, ended: Promise.resolve() });
        const result = await doStream();
        type Part = typeof result.stream extends ReadableStream<infer One> ? One : never;
        const counted = new TransformStream<Part, Part>({
          transform(part, controller) {
            if (part.type === 'finish') record(part.usage);
            controller.enqueue(part);
          },
        });
        return { ...result, stream: result.stream.pipeThrough(counted) };
      },
    },
  });
}
