import { defineJob, enqueue, type Job, type JobDefinition } from '@rae/jobs';
import { type Caller, systemOf, type Transaction } from '@rae/kernel';
import { fillAnn, finishAnn, openAnn } from '../queries/ann-project.ts';

const FILL_ANN = 'memory.fill-ann';

const LEASE_MS = 300_000;
/** Pages of one run, some ten seconds; then the job goes to the end of the queue, so that it is never taken for lost. */
const PAGES = 40;

export interface FillOptions {
  /** The model whose vectors are stored. */
  readonly model: string;
  /** A transaction of its own for each page. */
  readonly writeAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
}

/** Asks that a project's vectors be given to pgvector; asked already: changes nothing. */
export const enqueueFilling = (tx: Transaction, projectId: string, after = '0'): Promise<void> =>
  enqueue(tx, { kind: FILL_ANN, subject: projectId, payload: { after } });

/**
 * Copies the vectors of a project that is too large for the memory of a process into memory.vector_ann, then says so: from
 * there on searches ask pgvector. A page done twice changes nothing.
 */
export function fillAnnJob({ model, writeAs }: FillOptions): JobDefinition {
  async function fill({ tenantId, subject, payload }: Job): Promise<(tx: Transaction) => Promise<void>> {
    const caller = systemOf(tenantId, FILL_ANN);
    await writeAs(caller, (tx) => openAnn(tx, subject, model));
    let after = String(payload.after);
    for (let page = 0; page < PAGES; page++) {
      const from = after;
      const last = await writeAs(caller, (tx) => fillAnn(tx, subject, model, from));
      if (last === null) return (tx) => finishAnn(tx, subject, model);
      after = last;
    }
    return (tx) => enqueueFilling(tx, subject, after);
  }

  return defineJob({
    kind: FILL_ANN,
    batch: 1,
    leaseMs: LEASE_MS,
    callerOf: ({ tenantId }) => systemOf(tenantId, FILL_ANN),
    async run(jobs) {
      const ends = await Promise.all(jobs.map(fill));
      return async (tx) => {
        for (const end of ends) await end(tx);
      };
    },
  });
}
