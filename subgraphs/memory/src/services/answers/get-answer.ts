import { badInput, isUuid, notFound, type Transaction } from '@rae/kernel';
import type { Answer } from '../../domain/answer/answer.ts';
import { findAnswers } from '../../queries/find-answers.ts';
import type { MemoryContext } from '../memory-context.ts';

export type { Answer };

/** One answer by its id; null when the tenant has none of it, or the key may not see its project. */
export const findAnswer = async (ctx: MemoryContext, id: string): Promise<Answer | null> =>
  isUuid(id) ? ctx.loaders.answer.load(id) : null;

/** @throws NOT_FOUND where findAnswer gives null; BAD_USER_INPUT for what is no UUID */
export async function getAnswer(ctx: MemoryContext, id: string): Promise<Answer> {
  if (!isUuid(id)) throw badInput('id', 'must be the UUID of an answer');
  const answer = await findAnswer(ctx, id);
  if (!answer) throw notFound('answer', id);
  return answer;
}

/** The same inside a transaction, as it stands there. @throws NOT_FOUND, also for one of another project than the caller's */
export async function readAnswer(tx: Transaction, id: string): Promise<Answer> {
  const [answer] = await findAnswers(tx, [id]);
  const { projectId } = tx.caller;
  if (!answer || (projectId !== null && answer.projectId !== projectId)) throw notFound('answer', id);
  return answer;
}
