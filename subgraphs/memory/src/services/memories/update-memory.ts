import { planUpdate, type UpdateMemoryInput } from '../../domain/memory-update.ts';
import type { MemoryContext } from '../memory-context.ts';
import { isWorking, updateWorking } from '../working/working-memories.ts';
import { type ChangedMemory, changeMemory } from './change-memory.ts';
import { getMemory } from './get-memory.ts';
import { readPolicies } from './memory-settings.ts';

export type { UpdateMemoryInput };

/**
 * Changes what is said about a memory; its content never changes (supersedeMemory replaces it). What is left out stays. The
 * history keeps the values before. An update that changes nothing records no event.
 *
 * @throws NOT_FOUND if the tenant has no such memory; BAD_USER_INPUT naming the field
 */
export async function updateMemory(ctx: MemoryContext, input: UpdateMemoryInput): Promise<ChangedMemory> {
  const known = await getMemory(ctx, input.id);
  const policies = await readPolicies(ctx, known.projectId);
  if (isWorking(known)) {
    const planned = planUpdate(known, input, ctx.clock.now(), policies);
    return { memory: await updateWorking(ctx, known, planned), cursor: null };
  }
  return changeMemory(ctx, input.id, (memory, now) => planUpdate(memory, input, now, policies));
}
