import { recordEvent } from '@rae/events';
import { defineJob, enqueue, type Job, type JobDefinition } from '@rae/jobs';
import { systemOf, type Transaction } from '@rae/kernel';
import { ERASE_MEMORIES } from '../domain/erasure.ts';
import { eraseAnswersTo } from '../queries/erase-answers.ts';
import { findMatching, type MatchRequest } from '../queries/erase-matching.ts';
import { eraseMemories } from '../queries/erase-memories.ts';
import { addErased, addToPart, forgetCondition, lockOpenErasure, type OpenErasure } from '../queries/erasures.ts';
import { eraseDerived } from '../services/erasure/erase-derived.ts';

/** A page is one transaction of some 20 ms. */
const PAGE = 200;
const LEASE_MS = 30_000;
/** How long to wait for writers that were there before the erasure was asked for. */
const WAIT_MS = 200;

/** Where the pass through the memories stands. `alone`: it began when no writer from before was left, so it is the last one. */
interface Pass {
  readonly after: MatchRequest['after'];
  readonly alone: boolean;
}

const toPayload = ({ after, alone }: Pass) => ({ after: after && { ...after }, alone });

/** What enqueueStep wrote; a job that was just asked for has none. */
function passOf({ payload: { after, alone } }: Job): Pass | null {
  if (typeof alone !== 'boolean') return null;
  const place = after !== null && typeof after === 'object' && !Array.isArray(after) ? after : null;
  return place
    ? { after: { projectId: String(place.projectId), mid: Number(place.mid) }, alone }
    : { after: null, alone };
}

const enqueueStep = (tx: Transaction, id: string, pass: Pass | null, runAt?: Date): Promise<void> =>
  enqueue(tx, {
    kind: ERASE_MEMORIES,
    subject: id,
    payload: pass ? toPayload(pass) : {},
    ...(runAt ? { runAt } : {}),
  });

const tellErased = (tx: Transaction, { id, projectId }: OpenErasure, memoryIds: readonly string[]) =>
  recordEvent(tx, {
    type: 'memory.erased',
    projectId,
    subject: null,
    payload: { erasureId: id, memoryIds: [...memoryIds] },
  });

/** Everything of the erasure's own subgraph is gone: says so to those who hold something that rests on it. */
async function finish(tx: Transaction, erasure: OpenErasure): Promise<void> {
  const { id, projectId, condition, requestedAt } = erasure;
  const subject = condition.kind === 'subject' ? { ...condition.subject } : null;
  const answers = subject ? await eraseAnswersTo(tx, subject, projectId, requestedAt) : 0;
  await recordEvent(tx, {
    type: 'memory.erased',
    projectId,
    subject: null,
    payload: { erasureId: id, memoryIds: [], subject, until: requestedAt.toISOString(), last: true },
  });
  await forgetCondition(tx, id);
  await addToPart(tx, id, { part: 'memory', removed: answers, done: true });
}

async function step(tx: Transaction, job: Job): Promise<void> {
  const erasure = await lockOpenErasure(tx, job.subject);
  if (!erasure) return; // done
  const { id, condition, projectId, requestedAt } = erasure;
  const pass = passOf(job) ?? { after: null, alone: erasure.alone };
  const found = await findMatching(tx, { condition, projectId, until: requestedAt, after: pass.after, limit: PAGE });
  if (found.length > 0) {
    const ids = found.map((memory) => memory.id);
    await eraseMemories(tx, found);
    const derived = await eraseDerived(tx, ids);
    ids.push(...derived.memoryIds);
    await addErased(tx, id, ids.length);
    await addToPart(tx, id, { part: 'memory', removed: ids.length + derived.answerIds.length, done: false });
    await tellErased(tx, erasure, ids);
  }
  const last = found.at(-1);
  if (last && found.length === PAGE)
    return enqueueStep(tx, id, { after: { projectId: last.projectId, mid: last.mid }, alone: pass.alone });
  if (pass.alone) return finish(tx, erasure);
  return enqueueStep(tx, id, null, new Date(tx.now.getTime() + WAIT_MS));
}

/**
 * Does an erasure page by page, each in the transaction that ends its job and begins the next, so that a worker that dies
 * leaves off between two pages and another goes on. The last pass begins when every transaction that was open when the
 * erasure was asked for has ended: what it wrote is found too.
 */
export const eraseMemoriesJob = (): JobDefinition =>
  defineJob({
    kind: ERASE_MEMORIES,
    batch: 1,
    leaseMs: LEASE_MS,
    callerOf: ({ tenantId }) => systemOf(tenantId, ERASE_MEMORIES),
    run: async (jobs) => async (tx) => {
      for (const job of jobs) await step(tx, job);
    },
  });
