import { findCost } from '../services/find-cost.ts';

export const Memory = {
  __resolveReference: ({ id }: { id: string }) => ({ id }),
  cost: ({ id }: { id: string }) => findCost(`memory:${id}`),
};
