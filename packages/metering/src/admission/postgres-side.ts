import type { Transact } from '@rae/database';
import { createKnownMode } from './mode.ts';
import type { AdmissionSide } from './side.ts';

/** Without Redis: Postgres decides. Where an earlier process left the word to Redis, it is taken back. */
export function createPostgresSide(transact: Transact): AdmissionSide {
  const mode = createKnownMode(transact);
  const nothing = async () => {};
  return {
    hold: async () => null,
    async hear(state) {
      if (state.mode === 'REDIS') await mode.change('POSTGRES', state.epoch);
    },
    force: async () => [],
    end: nothing,
    add: nothing,
    sweep: nothing,
    recount: nothing,
    close: nothing,
  };
}
