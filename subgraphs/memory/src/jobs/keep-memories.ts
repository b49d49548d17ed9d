import { defineJob, enqueue, type JobDefinition } from '@rae/jobs';
import { type Caller, systemOf, type Transaction } from '@rae/kernel';
import { fadingRule, retentionEnd } from '../domain/fading.ts';
import type { DueRule } from '../queries/archive-due.ts';
import { findOldVersions } from '../queries/find-old-versions.ts';
import { listRetention } from '../queries/settings.ts';
import { finishDecay, needsDecay } from '../queries/upkeep.ts';
import { eraseVersion } from '../services/documents/delete-document.ts';
import { archivePage } from '../services/upkeep/archive-due.ts';

export const KEEP_MEMORIES = 'memory.keep-memories';

const PAGE = 500;
const LEASE_MS = 300_000;
/** Memories fade once a day, from this hour on (UTC). */
const NIGHT_HOUR_MS = 2 * 3_600_000;

export interface KeepOptions {
  /** A transaction of its own for each page. */
  readonly writeAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
}

/** The day whose night has come at `now`. */
const nightOf = (now: Date): string => new Date(now.getTime() - NIGHT_HOUR_MS).toISOString().slice(0, 10);

/** Puts a tenant's upkeep into the queue; there already: changes nothing. */
export const enqueueKeeping = (tx: Transaction): Promise<void> =>
  enqueue(tx, { kind: KEEP_MEMORIES, subject: tx.caller.tenantId, payload: {} });

/**
 * Keeps one tenant's memories: archives what has expired and what is older than its layer's retention, removes old versions of
 * documents by the same, and once a night archives what has faded. In pages, each whole in itself: a worker that dies leaves
 * off between two, and a page done twice does nothing the second time.
 */
export function keepMemoriesJob({ writeAs }: KeepOptions): JobDefinition {
  async function archiveAll(caller: Caller, ruleAt: (now: Date) => DueRule): Promise<void> {
    for (let more = true; more; )
      more = await writeAs(caller, async (tx) => (await archivePage(tx, ruleAt(tx.now), PAGE)).archived === PAGE);
  }

  async function removeOldVersions(caller: Caller, projectId: string, days: number): Promise<void> {
    const old = await writeAs(caller, (tx) => findOldVersions(tx, projectId, retentionEnd(tx.now, days)));
    for (const version of old)
      await writeAs(caller, async (tx) => {
        await eraseVersion(tx, version);
      });
  }

  async function keep(caller: Caller): Promise<void> {
    await archiveAll(caller, () => ({ reason: 'EXPIRED' }));
    for (const { projectId, layer, days } of await writeAs(caller, listRetention)) {
      await archiveAll(caller, (now) => ({ reason: 'RETENTION', projectId, layer, before: retentionEnd(now, days) }));
      if (layer === 'SEMANTIC') await removeOldVersions(caller, projectId, days);
    }
    if (!(await writeAs(caller, (tx) => needsDecay(tx, nightOf(tx.now))))) return;
    await archiveAll(caller, (now) => fadingRule(null, now));
    await writeAs(caller, (tx) => finishDecay(tx, nightOf(tx.now)));
  }

  return defineJob({
    kind: KEEP_MEMORIES,
    batch: 1,
    leaseMs: LEASE_MS,
    callerOf: ({ tenantId }) => systemOf(tenantId, KEEP_MEMORIES),
    async run(jobs) {
      for (const { tenantId } of jobs) await keep(systemOf(tenantId, KEEP_MEMORIES));
      return async () => {};
    },
  });
}
