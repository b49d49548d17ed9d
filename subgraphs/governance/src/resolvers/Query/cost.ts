import { getCost } from '../../services/find-cost.ts';

export const cost = (_: unknown, { id }: { id: string }) => getCost(id);
