import { badInput, checkJson, checkText, type JsonValue, uuidv7 } from '@rae/kernel';
import { currentTraceId } from '@rae/telemetry';
import { checkCost } from './money-limit.ts';
import { costOf } from './prices/cost-of.ts';
import type { Price } from './prices/price.ts';
import type { LineUse } from './queries/settle.ts';
import { checkUsage, type Usage } from './usage.ts';

/** What a call really used. */
export interface UsedCall {
  readonly usage: Usage;
  /** Answered from a cache: it cost nothing, and saved what it would have cost. */
  readonly cacheHit?: boolean;
  /** True where the provider reported no usage and the tokens were counted here. */
  readonly estimated?: boolean;
  readonly latencyMs?: number | null;
  readonly timeToFirstTokenMs?: number | null;
  readonly tags?: readonly string[];
  readonly metadata?: JsonValue;
}

const MAX_TAGS = 50;
const MAX_TAG = 100;
/** numeric(12, 3) holds eleven and a half days. */
const MAX_MS = 999_999_999;

function checkMs(field: string, ms: number | null | undefined): string | null {
  if (ms === null || ms === undefined) return null;
  if (ms >= 0 && ms <= MAX_MS) return ms.toFixed(3);
  throw badInput(field, `must be 0 to ${MAX_MS} milliseconds, not ${ms}`, { limit: MAX_MS, given: String(ms) });
}

function checkTags(tags: readonly string[]): readonly string[] {
  if (tags.length > MAX_TAGS)
    throw badInput('input.tags', `holds ${tags.length} tags; at most ${MAX_TAGS} are allowed`, {
      limit: MAX_TAGS,
      given: tags.length,
    });
  return tags.map((tag, at) => checkText(`input.tags.${at}`, tag, MAX_TAG));
}

/**
 * Checks what a call used.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export function checkUsed(used: UsedCall): Required<UsedCall> {
  const { cacheHit = false, estimated = false, latencyMs = null, timeToFirstTokenMs = null } = used;
  checkMs('input.usage.latencyMs', latencyMs);
  checkMs('input.usage.timeToFirstTokenMs', timeToFirstTokenMs);
  return {
    usage: checkUsage('input.usage', used.usage),
    cacheHit,
    estimated,
    latencyMs,
    timeToFirstTokenMs,
    tags: checkTags(used.tags ?? []),
    metadata: checkJson('input.metadata', used.metadata ?? {}),
  };
}

/** What two settlements of one reservation must agree on. */
export const usageOf = ({ usage, cacheHit }: Required<UsedCall>): JsonValue => ({ ...usage, cacheHit });

/**
 * A new line's part that the use of the call decides, priced.
 *
 * @param price null: nobody knows it, and the line is not priced, which is never 0; only what a cache answered costs 0 then
 * @throws BAD_USER_INPUT when it costs more than is counted
 */
export function toLineUse(used: Required<UsedCall>, price: Price | null, nowMs: number): LineUse {
  const { usage, cacheHit, estimated, latencyMs, timeToFirstTokenMs, tags, metadata } = used;
  const cost = price && checkCost('input.usage', costOf(price, usage));
  return {
    id: uuidv7(nowMs),
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    reasoning_tokens: usage.reasoningTokens,
    cost_nano: cacheHit ? '0' : (cost?.toString() ?? null),
    saved_nano: cacheHit ? (cost ?? 0n).toString() : '0',
    cache_hit: cacheHit,
    estimated,
    latency_ms: checkMs('input.usage.latencyMs', latencyMs),
    ttft_ms: checkMs('input.usage.timeToFirstTokenMs', timeToFirstTokenMs),
    trace_id: currentTraceId(),
    tags,
    metadata,
  };
}
