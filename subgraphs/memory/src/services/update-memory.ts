import { checkUpdate, planUpdate, type UpdateMemoryInput } from '../domain/memory-update.ts';
import { type ChangedMemory, changeMemory } from './change-memory.ts';
import type { MemoryContext } from './memory-context.ts';

export type { UpdateMemoryInput };

/**
 * Changes what is said about a memory; its content never changes (supersedeMemory replaces it). What is left out stays. The
 * history keeps the values before. An update that changes nothing records no event.
 *
 * @throws NOT_FOUND if the tenant has no such memory; BAD_USER_INPUT naming the field
 */
export async function updateMemory(ctx: MemoryContext, input: UpdateMemoryInput): Promise<ChangedMemory> {
  const patch = checkUpdate(input, ctx.clock.now());
  return changeMemory(ctx, input.id, (memory) => planUpdate(memory, patch));
}
