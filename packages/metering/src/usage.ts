import { badInput } from '@rae/kernel';

/**
 * Tokens of one call, as the ledger counts them: `cachedInputTokens` and `cacheWriteTokens` are parts of `inputTokens`,
 * `reasoningTokens` is a part of `outputTokens`. Each is priced on its own.
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};

function checkCount(field: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw badInput(field, `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${value}`, {
      limit: Number.MAX_SAFE_INTEGER,
      given: String(value),
    });
  return value;
}

/**
 * Checks what somebody reports.
 *
 * @param path where it stands in the request, such as `input.usage`
 * @throws BAD_USER_INPUT naming the field: a count that is negative, no whole number or above 2^53 - 1; more cached and
 *   written tokens than there is input; more reasoning than output
 */
export function checkUsage(path: string, usage: Usage): Usage {
  const checked: Usage = {
    inputTokens: checkCount(`${path}.inputTokens`, usage.inputTokens),
    outputTokens: checkCount(`${path}.outputTokens`, usage.outputTokens),
    cachedInputTokens: checkCount(`${path}.cachedInputTokens`, usage.cachedInputTokens),
    cacheWriteTokens: checkCount(`${path}.cacheWriteTokens`, usage.cacheWriteTokens),
    reasoningTokens: checkCount(`${path}.reasoningTokens`, usage.reasoningTokens),
  };
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = checked;
  if (cachedInputTokens + cacheWriteTokens > inputTokens)
    throw badInput(
      `${path}.cachedInputTokens`,
      `and cacheWriteTokens are parts of inputTokens: ${cachedInputTokens} and ${cacheWriteTokens} are more than ${inputTokens}`,
      { limit: inputTokens, given: cachedInputTokens + cacheWriteTokens },
    );
  if (reasoningTokens > outputTokens)
    throw badInput(
      `${path}.reasoningTokens`,
      `is a part of outputTokens: ${reasoningTokens} is more than ${outputTokens}`,
      { limit: outputTokens, given: reasoningTokens },
    );
  return checked;
}
