import { once } from '@rae/database';
import { encodeCursor, recordEvent, recordEvents } from '@rae/events';
import { notFound, type Transaction, uuidv7 } from '@rae/kernel';
import { planChange } from '../../domain/changes.ts';
import { checkFeedback, feedbackMoves, type GiveFeedbackInput } from '../../domain/feedback.ts';
import { createPiiGuard } from '../../domain/pii/apply-policy.ts';
import { moveImportance } from '../../domain/strengthen.ts';
import { lockMemory } from '../../queries/find-memories.ts';
import { insertFeedback } from '../../queries/insert-feedback.ts';
import { findSettings } from '../../queries/settings.ts';
import { addUsage } from '../../queries/usage.ts';
import { writeChange } from '../../queries/write-change.ts';
import { readAnswer } from '../answers/get-answer.ts';
import type { MemoryContext } from '../memory-context.ts';
import { changeEvent } from './change-memory.ts';

export type { GiveFeedbackInput };

type Checked = ReturnType<typeof checkFeedback>;

/** One memory's importance; null: it is not there, or of a project that the caller may not see. */
async function move(tx: Transaction, id: string, part: number, feedbackId: string): Promise<string | null> {
  const memory = await lockMemory(tx, id);
  const { projectId } = tx.caller;
  if (!memory || (projectId !== null && memory.projectId !== projectId)) return null;
  const patch = { importance: moveImportance(memory.importance, part) };
  const change = planChange('FEEDBACK', memory, patch, { feedbackId });
  if (change) await recordEvents(tx, [changeEvent(await writeChange(tx, memory, change), change)]);
  if (part > 0) await addUsage(tx, [{ memoryId: id, uses: 1, usedAt: tx.now }]);
  return memory.projectId;
}

async function write(tx: Transaction, given: Checked): Promise<{ id: string; cursor: string }> {
  const { memoryId, answerId, score, relevant } = given;
  const id = uuidv7(tx.now.getTime());
  const answer = answerId === null ? null : await readAnswer(tx, answerId);
  let project = answer?.projectId ?? null;
  // In order of ids, so that two who speak of the same memories never wait for each other.
  const moves = [...feedbackMoves(given, answer?.citations ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [moved, part] of moves) {
    const of = await move(tx, moved, part, id);
    if (of === null && (moved === memoryId || relevant.includes(moved))) throw notFound('memory', moved);
    if (moved === memoryId) project = of;
  }
  if (project === null) throw notFound('memory', memoryId ?? '');
  const guard = createPiiGuard(await findSettings(tx, project));
  const comment = given.comment === null ? null : guard.text('input.comment', given.comment);
  await insertFeedback(tx, { id, projectId: project, memoryId, answerId, score, relevantMemoryIds: relevant, comment });
  const payload = { feedbackId: id, memoryId, answerId, score, relevant: relevant.length };
  const subject = memoryId ?? answerId;
  const position = await recordEvent(tx, { type: 'feedback.received', projectId: project, subject, payload });
  return { id, cursor: encodeCursor(position) };
}

/**
 * Takes somebody's word on a memory or an answer: importance moves as feedbackMoves says, with a line in each memory's history,
 * and a good word counts as a use. Told by `feedback.received`, without the comment.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a memory or an answer that is not there, and then nothing is moved
 */
export function giveFeedback(ctx: MemoryContext, input: GiveFeedbackInput): Promise<{ id: string; cursor: string }> {
  const { idempotencyKey: key, ...asked } = input;
  const given = checkFeedback(input);
  return ctx.transact(async (tx) => {
    const { result } = await once(tx, { field: 'giveFeedback', key, input: asked }, () => write(tx, given));
    return result;
  });
}
