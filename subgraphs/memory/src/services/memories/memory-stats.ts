import { projectToRead } from '@rae/identity';
import { badInput, checkFirst } from '@rae/kernel';
import { countDays, countLayers, countProjects, countUnembedded, type DayStats } from '../../queries/memory-stats.ts';
import type { MemoryContext } from '../memory-context.ts';

export interface MemoryStats {
  /** Null: all of the tenant's. */
  readonly projectId: string | null;
  readonly total: number;
  readonly byLayer: readonly { layer: string; count: number }[];
  readonly createdLast24h: number;
  readonly reflectionsLast24h: number;
}

const MOST_DAYS = 366;

/**
 * Numbers of a project's lasting memories, or of the whole tenant's: what is found now, and what was stored lately.
 *
 * @throws NOT_FOUND for a project that is not there
 */
export const readStats = (ctx: MemoryContext, asked: string | null): Promise<MemoryStats> =>
  ctx.read(async (tx) => {
    const projectId = await projectToRead(tx, asked, 'projectId');
    const layers = await countLayers(tx, projectId);
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    return {
      projectId,
      total: sum(layers.map(({ active }) => active)),
      byLayer: layers.map(({ layer, active }) => ({ layer, count: active })),
      createdLast24h: sum(layers.map(({ fresh }) => fresh)),
      reflectionsLast24h: layers.find(({ layer }) => layer === 'REFLECTIVE')?.fresh ?? 0,
    };
  });

function checkZone(timeZone: string): string {
  try {
    // Postgres takes more than IANA's names, among them signs turned the other way.
    if (/^[A-Za-z]/.test(timeZone)) return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {}
  throw badInput('timeZone', 'must be a zone of the IANA database, such as Europe/Warsaw', { given: timeZone });
}

/** @throws BAD_USER_INPUT for days outside 1..366 or a zone that there is not */
export function readTimeline(
  ctx: MemoryContext,
  projectId: string | null,
  days: number,
  timeZone: string,
): Promise<DayStats[]> {
  const [checked, zone] = [checkFirst(days, MOST_DAYS, 'days'), checkZone(timeZone)];
  return ctx.readOnce((tx) => countDays(tx, projectId, checked, zone));
}

/** @throws BAD_USER_INPUT for `first` outside 1..200 */
export const readTopProjects = (ctx: MemoryContext, projectId: string | null, first: number) => {
  const checked = checkFirst(first);
  return ctx.readOnce((tx) => countProjects(tx, projectId, checked));
};

/** How many are found by words only for now: their vectors are still to be made. */
export const readPendingEmbeddings = (ctx: MemoryContext, projectId: string | null): Promise<number> =>
  ctx.readOnce((tx) => countUnembedded(tx, projectId, ctx.embedder.id));
