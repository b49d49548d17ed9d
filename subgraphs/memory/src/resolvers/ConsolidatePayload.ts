import type { Consolidated } from '../services/reflection/consolidate.ts';

export const ConsolidatePayload = {
  cost: ({ costId }: Consolidated) => (costId ? { __typename: 'Cost', id: costId } : null),
};
