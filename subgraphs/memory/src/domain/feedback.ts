import { badInput, checkText, isUuid } from '@rae/kernel';
import type { Citation } from './answer/answer.ts';

/** `input GiveFeedbackInput`; values are not checked yet. */
export interface GiveFeedbackInput {
  answerId?: string | null;
  memoryId?: string | null;
  score: number;
  relevantMemoryIds?: readonly string[] | null;
  comment?: string | null;
  idempotencyKey?: string | null;
}

const MAX_COMMENT = 4_096;
const MAX_RELEVANT = 100;

/** How far feedback of 1 moves the importance of what it is about on its way to 1, and -1 on its way to 0. Chosen, not measured. */
const ABOUT_IT = 0.2;
/** Of what an answer cites, and of what is named as right. */
const BESIDE_IT = 0.1;

/** @throws BAD_USER_INPUT naming the field */
export function checkFeedback({ answerId, memoryId, score, relevantMemoryIds, comment }: GiveFeedbackInput) {
  if (!answerId === !memoryId) throw badInput('input', 'must name one of answerId and memoryId, and not both');
  for (const [field, id] of Object.entries({ answerId, memoryId }))
    if (id && !isUuid(id)) throw badInput(`input.${field}`, 'must be a UUID');
  if (!(score >= -1 && score <= 1)) throw badInput('input.score', `must be -1 to 1, not ${score}`, { given: score });
  const relevant = [...new Set((relevantMemoryIds ?? []).map((id) => id.toLowerCase()))];
  if (relevant.length > MAX_RELEVANT)
    throw badInput('input.relevantMemoryIds', `holds ${relevant.length} ids; at most ${MAX_RELEVANT} are allowed`, {
      limit: MAX_RELEVANT,
      given: relevant.length,
    });
  const wrong = relevant.findIndex((id) => !isUuid(id));
  if (wrong >= 0) throw badInput(`input.relevantMemoryIds[${wrong}]`, 'must be a UUID');
  return {
    answerId: answerId?.toLowerCase() ?? null,
    memoryId: memoryId?.toLowerCase() ?? null,
    score,
    relevant,
    comment: comment === null || comment === undefined ? null : checkText('input.comment', comment, MAX_COMMENT),
  };
}

/**
 * By how much each memory's importance is to move, as a part of the way to 1 (negative: to 0): what the feedback is about by
 * 0.2 · score, what the answer cites by 0.1 · score, what is named as relevant by 0.1.
 */
export function feedbackMoves(
  { memoryId, score, relevant }: { memoryId: string | null; score: number; relevant: readonly string[] },
  citations: readonly Citation[],
): ReadonlyMap<string, number> {
  const moves = new Map<string, number>();
  if (memoryId !== null) moves.set(memoryId, ABOUT_IT * score);
  for (const cited of citations) moves.set(cited.memoryId, BESIDE_IT * score);
  for (const id of relevant) moves.set(id, BESIDE_IT);
  return moves;
}
