import type { Spend } from '@rae/kernel';
import { type ModelName, NO_USAGE, tokensToHold } from '@rae/metering';
import { z } from 'zod';
import { endFailed } from './end-call.ts';
import type { TextMetering } from './meter-language-model.ts';
import type { MeteredRerankingModel, RerankingModel } from './models.ts';
import { openCall } from './open-call.ts';

const count = z.number().int().nonnegative();

/** Voyage and Jina: `usage.total_tokens`. Cohere counts searches (`meta.billed_units.search_units`), and tokens only now and then. */
const Body = z.union([
  z.object({ usage: z.object({ total_tokens: count }) }).transform(({ usage }) => usage.total_tokens),
  z
    .object({ meta: z.object({ tokens: z.object({ input_tokens: count }) }) })
    .transform(({ meta }) => meta.tokens.input_tokens),
]);

type Call = Parameters<RerankingModel['doRerank']>[0];

const textsOf = ({ documents }: Call): string[] =>
  documents.type === 'text' ? documents.values : documents.values.map((value) => JSON.stringify(value));

/**
 * A reranking model each of whose requests is held before it is made, and settled at the tokens that the provider counted.
 * The query is counted once for each text: cross-encoders read it with each.
 */
export const meterRerankingModel = (
  model: RerankingModel,
  name: ModelName,
  metering: TextMetering,
  spend: Spend,
): MeteredRerankingModel => ({
  specificationVersion: 'v4',
  provider: model.provider,
  modelId: model.modelId,
  async doRerank(options) {
    const texts = textsOf(options);
    const [query, ...counts] = await Promise.all(
      [options.query, ...texts].map((text) => metering.countTokens(name, text)),
    );
    const tokens = counts.reduce((sum, each) => sum + each.tokens, (query?.tokens ?? 0) * texts.length);
    const call = await openCall(metering, spend, {
      ...name,
      operation: 'rerank',
      inputTokens: tokensToHold({ tokens, exact: false }),
      maxOutputTokens: 0,
      maxCostNano: null,
      fixedModel: true,
    });
    const counted = { ...NO_USAGE, inputTokens: tokens };
    try {
      const result = await call.within(() => model.doRerank(options));
      const told = Body.safeParse(result.response?.body);
      await call.settle(told.success ? { ...NO_USAGE, inputTokens: told.data } : counted, !told.success, null);
      return result;
    } catch (error) {
      await endFailed(call, error, counted);
      throw error;
    }
  },
});
