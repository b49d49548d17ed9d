import { setImmediate } from 'node:timers/promises';
import { type SpendSubject, spendOf } from '@rae/kernel';
import type { AnswerPart } from '../../domain/answer/answer.ts';
import {
  CONTRADICTIONS_SYSTEM,
  type Contradiction,
  contradictionsPrompt,
  findPairs,
  readContradictions,
} from '../../domain/consolidate/contradictions.ts';
import type { Candidate } from '../../domain/consolidate/plan.ts';
import type { MemoryContext } from '../memory-context.ts';
import { askModel, WITHIN_MS } from './ask-model.ts';

const OUTPUT_TOKENS = 1_024;
/** Comparisons between two turns of the event loop. */
const AT_ONCE = 20;

export interface FoundContradictions {
  readonly contradicted: readonly Contradiction[];
  readonly spent: boolean;
  readonly degraded: readonly AnswerPart[];
}

/** Runs what gives way, so that other requests come in between. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (let count = 1; ; count++) {
    const step = steps.next();
    if (step.done) return step.value;
    if (count % AT_ONCE === 0) await setImmediate();
  }
}

/**
 * Facts that a newer fact about the same property of the same subject has made untrue, as the configured language model judges
 * the pairs that are most alike. None without a model, for nothing less can say soundly that two sentences are about the same
 * property; a model that is away or refused costs no more than that.
 */
export async function findContradictions(
  ctx: MemoryContext,
  candidates: readonly Candidate[],
  projectId: string,
  subject: SpendSubject,
): Promise<FoundContradictions> {
  const nothing = { contradicted: [], spent: false, degraded: [] };
  if (ctx.generator.defaultModel === null) return nothing;
  const pairs = await inTurns(findPairs(candidates));
  if (pairs.length === 0) return nothing;
  const spend = spendOf(ctx, { projectId, operation: 'REFLECTION', subjects: [subject] });
  const request = {
    system: CONTRADICTIONS_SYSTEM,
    prompt: contradictionsPrompt(pairs),
    maxOutputTokens: OUTPUT_TOKENS,
  };
  const answer = await askModel(ctx, request, spend, AbortSignal.timeout(WITHIN_MS));
  if ('reason' in answer)
    return { ...nothing, spent: answer.called, degraded: [{ part: 'MODEL', reason: answer.reason }] };
  return { ...nothing, contradicted: readContradictions(answer.text, pairs), spent: true };
}
