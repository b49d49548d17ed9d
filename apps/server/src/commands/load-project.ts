import type { Client } from '@rae/sdk';
import { getProject } from './get-project.ts';
import { findMissing, type LoadPlan, type MemoryToLoad, writeMemories } from './load-memories.ts';
import { createProgress } from './progress.ts';

export interface LoadedProject extends LoadPlan {
  readonly projectId: string;
}

/**
 * Brings into a project, made when it is missing, what it lacks of `wanted`, showing how far it is.
 *
 * @param settleForeign deals with memories of other texts, before anything is written; it may refuse by throwing
 */
export async function loadProject(
  client: Client,
  name: string,
  wanted: readonly MemoryToLoad[],
  settleForeign: (ids: readonly string[]) => Promise<void>,
): Promise<LoadedProject> {
  const projectId = await getProject(client, name);
  const plan = await findMissing(client, projectId, wanted);
  if (plan.foreign.length > 0) await settleForeign(plan.foreign);
  if (plan.missing.length === 0) return { ...plan, projectId };
  const progress = createProgress('Memories', plan.missing.length);
  await writeMemories(client, projectId, plan.missing, progress.to).finally(progress.end);
  return { ...plan, projectId };
}
