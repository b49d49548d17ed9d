import { type Transact, WORKER_SCOPE } from '@rae/database';
import { type AdmissionMode, type AdmissionState, changeAdmission, readAdmission } from '../queries/admission-mode.ts';

/** Who admits, as this process knows it. Postgres has the last word in every admission, so an old belief costs one turn. */
export interface KnownMode {
  /** Null: not asked yet. */
  state(): AdmissionState | null;
  hear(state: Pick<AdmissionState, 'mode' | 'epoch'>): void;
  read(): Promise<AdmissionState>;
  change(mode: AdmissionMode, ofEpoch: number): Promise<AdmissionState>;
}

export function createKnownMode(transact: Transact): KnownMode {
  let known: AdmissionState | null = null;
  const hear: KnownMode['hear'] = (state) => {
    if (known && state.epoch > known.epoch) known = { ...known, mode: state.mode, epoch: state.epoch };
  };
  const learn = (state: AdmissionState): AdmissionState => {
    if (!known || state.epoch >= known.epoch) known = state;
    return state;
  };
  return {
    state: () => known,
    hear,
    read: async () => learn(await transact.once(WORKER_SCOPE, readAdmission)),
    change: async (mode, ofEpoch) =>
      learn(await transact.once(WORKER_SCOPE, (tx) => changeAdmission(tx, mode, ofEpoch))),
  };
}
