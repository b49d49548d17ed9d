import { badInput, isUuid } from '@rae/kernel';
import type { Answer } from '../../domain/answer/answer.ts';
import { cancelRunning } from '../../queries/finish-answer.ts';
import type { MemoryContext } from '../memory-context.ts';
import { readAnswer } from './get-answer.ts';

/**
 * Stops an answer in the making, whichever process makes it; what was written so far stays, and the call to the model ends
 * and is settled. One that has ended stays as it is.
 *
 * @throws NOT_FOUND when the tenant has no such answer; BAD_USER_INPUT for what is no UUID
 */
export function cancelAnswer(ctx: MemoryContext, id: string): Promise<Answer> {
  if (!isUuid(id)) throw badInput('id', 'must be the UUID of an answer');
  return ctx.transact(async (tx) => {
    await readAnswer(tx, id);
    return (await cancelRunning(tx, id)) ?? readAnswer(tx, id); // ended meanwhile, by another caller perhaps
  });
}
