import type { WorkingMemory } from './working-store.ts';

const TIMES = ['occurredAt', 'validFrom', 'validTo', 'createdAt', 'supersededAt', 'archivedAt', 'expiresAt'];

/** A memory as JSON.stringify wrote it: its times are texts there. What else looks like a time stays text. */
export function readWorking(text: string): WorkingMemory {
  const memory = JSON.parse(text);
  for (const field of TIMES) if (memory[field] !== null) memory[field] = new Date(memory[field]);
  return memory;
}
