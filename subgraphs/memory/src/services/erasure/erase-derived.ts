import type { Transaction } from '@rae/kernel';
import { eraseAnswersOf } from '../../queries/erase-answers.ts';
import { eraseMemories } from '../../queries/erase-memories.ts';
import { findResting, forgetSources } from '../../queries/sources.ts';
import { getMemoryLocked } from '../memories/get-memory.ts';

/** What went with erased memories. */
export interface ErasedDerived {
  readonly memoryIds: readonly string[];
  readonly answerIds: readonly string[];
}

/**
 * Takes away what was drawn from memories that are being erased, and would let them live on: reflections that quote them,
 * memories that rest on them alone, and answers. Called once their own rows are held or gone, so that whatever waited for them is
 * seen.
 */
export async function eraseDerived(tx: Transaction, ids: readonly string[]): Promise<ErasedDerived> {
  const memoryIds = (await findResting(tx, ids)).sort();
  for (const id of memoryIds) await eraseMemories(tx, [await getMemoryLocked(tx, id)]);
  await forgetSources(tx, ids);
  return { memoryIds, answerIds: await eraseAnswersOf(tx, [...ids, ...memoryIds]) };
}
