import type { Price, Rate } from '@rae/metering';
import type { GovernanceContext } from '../loaders.ts';
import { findPrice } from '../services/prices.ts';

const usdAbove = (rate: Rate | null, tokens: number): string | null =>
  rate && (rate.tiers.findLast(({ above }) => above <= tokens)?.usd ?? rate.usd);

export const ModelPrice = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => findPrice(ctx, id),
  inputPerMillion: ({ input }: Price) => input.usd,
  outputPerMillion: ({ output }: Price) => output.usd,
  cachedInputPerMillion: ({ cachedInput }: Price) => cachedInput?.usd ?? null,
  cacheWritePerMillion: ({ cacheWrite }: Price) => cacheWrite?.usd ?? null,
  tiers({ input, output, cachedInput, cacheWrite }: Price) {
    const borders = new Set(
      [input, output, cachedInput, cacheWrite].flatMap((rate) => rate?.tiers ?? []).map(({ above }) => above),
    );
    return [...borders]
      .sort((a, b) => a - b)
      .map((above) => ({
        aboveInputTokens: above,
        inputPerMillion: usdAbove(input, above),
        outputPerMillion: usdAbove(output, above),
        cachedInputPerMillion: usdAbove(cachedInput, above),
        cacheWritePerMillion: usdAbove(cacheWrite, above),
      }));
  },
};
