import type { Transaction } from '@rae/kernel';

export type AdmissionMode = 'POSTGRES' | 'REDIS';

/** Who admits, under which epoch, and since when. */
export interface AdmissionState {
  readonly mode: AdmissionMode;
  readonly epoch: number;
  /** Names the counters of this database, and of this life of it: a restore begins another. */
  readonly space: string;
  readonly changedAt: Date;
}

const READ = {
  name: 'admission_read',
  text: `select a.mode, a.epoch::float8 as epoch, a.space || ':' || l.epoch as space, a.changed_at as "changedAt"
    from platform.admission a, platform.event_log l`,
};

export async function readAdmission(tx: Transaction): Promise<AdmissionState> {
  const [state] = await tx.query<AdmissionState>(READ);
  if (!state) throw new Error('platform.admission has no row');
  return state;
}

const CHANGE = { name: 'admission_change', text: 'select platform.change_admission($1, $2, $3) as state' };

/** Another side admits from now on, unless `ofEpoch` is over already; as rae_worker. @returns how it is now */
export async function changeAdmission(tx: Transaction, mode: AdmissionMode, ofEpoch: number): Promise<AdmissionState> {
  type State = Omit<AdmissionState, 'changedAt'> & { changedAt: string };
  const [row] = await tx.query<{ state: State }>(CHANGE, [mode, ofEpoch, tx.now]);
  if (!row) throw new Error('platform.change_admission gave no answer');
  return { ...row.state, changedAt: new Date(row.state.changedAt) };
}
