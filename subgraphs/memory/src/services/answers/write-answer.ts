import { isPlatformError, spendOf } from '@rae/kernel';
import type { Outcome } from '../../domain/answer/answer.ts';
import { answerByExtraction } from '../../domain/answer/answer-by-extraction.ts';
import type { Found } from '../../domain/answer/evidence.ts';
import { nothingFound } from '../../domain/answer/nothing-found.ts';
import { ANSWER_SYSTEM, answerPrompt, NOTHING_FOUND_WORD } from '../../domain/answer/prompt.ts';
import { verifyAnswer } from '../../domain/answer/verify.ts';
import type { MemoryContext } from '../memory-context.ts';
import type { CheckedAsk } from './answer-request.ts';

/** What is written for one question. */
export interface Writing {
  readonly answerId: string;
  readonly projectId: string;
  readonly ask: CheckedAsk;
  readonly found: Found;
  /** Tells listeners of text. */
  readonly tell: (text: string) => Promise<void>;
}

/** True while a text may still become the word that says that nothing was found. */
const mayBeNothing = (text: string): boolean =>
  NOTHING_FOUND_WORD.startsWith(text.trimStart().slice(0, NOTHING_FOUND_WORD.length));

/** Text that comes faster is told together: each frame is a transaction. */
const FRAME_MS = 40;

async function tellAsWritten(deltas: AsyncIterable<string>, tell: Writing['tell']): Promise<void> {
  let held = '';
  let isText = false;
  let toldAt = 0;
  for await (const delta of deltas) {
    held += delta;
    if (!isText && mayBeNothing(held)) continue;
    isText = true;
    if (performance.now() - toldAt < FRAME_MS) continue;
    await tell(held);
    toldAt = performance.now();
    held = '';
  }
  if (held !== '' && !mayBeNothing(held)) await tell(held);
}

async function write(ctx: MemoryContext, signal: AbortSignal, writing: Writing): Promise<Outcome> {
  const { ask, found, answerId, projectId, tell } = writing;
  const spend = spendOf(ctx, {
    projectId,
    operation: 'QUERY',
    ...ask.payer,
    subjects: [{ type: 'answer', id: answerId, weight: 1 }],
  });
  const { model, maxOutputTokens, maxCostNano } = ask;
  const request = {
    model,
    system: ANSWER_SYSTEM,
    prompt: answerPrompt(ask.question, found.evidence),
    maxOutputTokens,
    maxCostNano,
  };
  const generation = ctx.generator.stream(request, spend, signal);
  await tellAsWritten(generation.deltas, tell);
  const generated = await generation.done;
  const text = generated.text.trim();
  if (text === '' || text.startsWith(NOTHING_FOUND_WORD)) {
    const outcome = nothingFound(found.language, generated.model);
    await tell(outcome.text);
    return outcome;
  }
  return {
    status: 'ANSWERED',
    text,
    ...verifyAnswer(text, ask.question, found),
    model: generated.model,
    degraded: [],
    sourceIds: found.evidence.map(({ memoryId }) => memoryId),
  };
}

/** Answers in the memories' own sentences, and says why no model did where one was asked. */
async function extract({ ask, found, tell }: Writing, reason: string | null): Promise<Outcome> {
  const outcome = answerByExtraction(ask.question, found);
  await tell(outcome.text);
  return reason === null ? outcome : { ...outcome, degraded: [{ part: 'MODEL', reason }] };
}

/**
 * Answers from what was found: by the model that is asked for or configured, and without one by extraction. A model that is
 * away, or breaks off, costs the answer its words and no more: it is extracted then, and says so in `degraded`.
 *
 * @throws BUDGET_EXCEEDED; BAD_USER_INPUT for a model that is not configured; CANCELLED when `signal` is aborted
 */
export async function writeAnswer(ctx: MemoryContext, signal: AbortSignal, writing: Writing): Promise<Outcome> {
  const { ask, found } = writing;
  if (found.evidence.length === 0 || (ask.model ?? ctx.generator.defaultModel) === null) return extract(writing, null);
  try {
    return await write(ctx, signal, writing);
  } catch (error) {
    if (signal.aborted || !isPlatformError(error) || error.code !== 'MODEL_UNAVAILABLE') throw error;
    return extract(writing, error.message);
  }
}
