import { divideHalfUp, parseUsd } from '../money.ts';
import type { Usage } from '../usage.ts';
import type { Price, Rate } from './price.ts';

const MILLION = 1_000_000n;

/** Nano-dollars per million tokens; the whole request is of the tier that its input reaches. */
function rateFor({ usd, tiers }: Rate, inputTokens: number): bigint {
  const tier = tiers.findLast(({ above }) => inputTokens > above);
  return parseUsd('price', tier?.usd ?? usd);
}

/**
 * What a call costs in nano-dollars: exact, rounded once, half up. Cached, written and reasoning tokens cost their own
 * rate where the price has one.
 */
export function costOf(price: Price, usage: Usage): bigint {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  const cost = (rate: Rate, tokens: number) => rateFor(rate, inputTokens) * BigInt(tokens);
  const total =
    cost(price.input, inputTokens - cachedInputTokens - cacheWriteTokens) +
    cost(price.cachedInput ?? price.input, cachedInputTokens) +
    cost(price.cacheWrite ?? price.input, cacheWriteTokens) +
    cost(price.output, outputTokens - reasoningTokens) +
    cost(price.reasoning ?? price.output, reasoningTokens) +
    parseUsd('price', price.requestUsd) * MILLION;
  return divideHalfUp(total, MILLION);
}

function dearest(rates: readonly (Rate | null)[], inputTokens: number): bigint {
  const each = rates.flatMap((rate) => (rate ? [rateFor(rate, inputTokens)] : []));
  return each.sort((a, b) => (a < b ? 1 : -1))[0] ?? 0n;
}

/**
 * What a call may cost at most in nano-dollars, before it is known what a cache holds: every input token at the dearest
 * of the input rates, every output token at the dearest of the output rates. Never below `costOf` of a usage within it.
 */
export function worstCaseOf(price: Price, inputTokens: number, maxOutputTokens: number): bigint {
  const input = dearest([price.input, price.cachedInput, price.cacheWrite], inputTokens) * BigInt(inputTokens);
  const output = dearest([price.output, price.reasoning], inputTokens) * BigInt(maxOutputTokens);
  return divideHalfUp(input + output + parseUsd('price', price.requestUsd) * MILLION, MILLION);
}
