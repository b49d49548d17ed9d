import { once } from '@rae/database';
import { projectToRead } from '@rae/identity';
import { fadingRule } from '../../domain/fading.ts';
import { countDue } from '../../queries/archive-due.ts';
import type { MemoryContext } from '../memory-context.ts';
import { archivePage } from './archive-due.ts';

export interface DecayRequest {
  readonly projectId?: string | null;
  readonly dryRun: boolean;
  readonly idempotencyKey?: string | null;
}

export interface Decayed {
  readonly archived: number;
  readonly dryRun: boolean;
  readonly cursor: string | null;
}

/** In one transaction of some seconds; the rest is left to the next call, or the night. */
export const MOST_DECAYED = 5_000;

/**
 * Archives what has faded: strength below 0.1, and neither stored nor used within 30 days. Each has a line in its history and
 * an event, and restoreMemory takes it back. At most 5 000 a call, counted and done alike under dryRun, which changes nothing.
 *
 * @throws NOT_FOUND for a project that is not there
 */
export const decayMemories = (
  ctx: MemoryContext,
  { projectId, dryRun, idempotencyKey }: DecayRequest,
): Promise<Decayed> =>
  ctx.transact(async (tx) => {
    const project = await projectToRead(tx, projectId ?? null, 'projectId');
    const rule = fadingRule(project, tx.now);
    if (dryRun) return { archived: await countDue(tx, rule, MOST_DECAYED), dryRun, cursor: null };
    const call = { field: 'decayMemories', key: idempotencyKey, input: { projectId: projectId ?? null } };
    const { result } = await once(tx, call, async () => ({ ...(await archivePage(tx, rule, MOST_DECAYED)) }));
    return { archived: result.archived, cursor: result.cursor, dryRun };
  });
