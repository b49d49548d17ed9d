import type { Spend } from '@rae/kernel';
import { type ModelName, NO_USAGE, tokensToHold } from '@rae/metering';
import { wrapEmbeddingModel } from 'ai';
import { endFailed } from './end-call.ts';
import type { TextMetering } from './meter-language-model.ts';
import type { EmbeddingModel } from './models.ts';
import { openCall } from './open-call.ts';

/** An embedding model each of whose requests is held before it is made, and settled at what the provider counted. */
export const meterEmbeddingModel = (
  model: EmbeddingModel,
  name: ModelName,
  metering: TextMetering,
  spend: Spend,
): EmbeddingModel =>
  wrapEmbeddingModel({
    model,
    middleware: {
      async wrapEmbed({ doEmbed, params }) {
        const counts = await Promise.all(params.values.map((text) => metering.countTokens(name, text)));
        const sum = counts.reduce((total, { tokens }) => total + tokens, 0);
        const exact = counts.every((count) => count.exact);
        const call = await openCall(metering, spend, {
          ...name,
          operation: 'embeddings',
          inputTokens: tokensToHold({ tokens: sum, exact }),
          maxOutputTokens: 0,
          maxCostNano: null,
          fixedModel: true,
        });
        const counted = { ...NO_USAGE, inputTokens: sum };
        try {
          const result = await call.within(doEmbed);
          const tokens = result.usage?.tokens;
          const told = tokens !== undefined && Number.isSafeInteger(tokens) && tokens >= 0;
          await call.settle(told ? { ...NO_USAGE, inputTokens: tokens } : counted, !told, null);
          return result;
        } catch (error) {
          await endFailed(call, error, counted);
          throw error;
        }
      },
    },
  });
