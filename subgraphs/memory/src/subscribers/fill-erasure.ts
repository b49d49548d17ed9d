import type { ConsumerDefinition } from '@rae/events';
import { addToPart } from '../queries/erasures.ts';

/** Other subgraphs say what they removed of what rested on erased memories; the erasure is complete when all have. */
export const fillErasure: ConsumerDefinition = {
  name: 'memory.fill-erasure',
  types: ['erasure.part_done'],
  async handle(tx, { payload: { erasureId, part, removed, done } }) {
    await addToPart(tx, String(erasureId), { part: String(part), removed: Number(removed), done: done === true });
  },
};
