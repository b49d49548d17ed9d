import { badInput } from '@rae/kernel';
import { parseCostRef } from '../domain/cost-ref.ts';

/** A thing that may have cost something: whether it did is read with its sums. */
export interface CostSource {
  readonly id: string;
  readonly type: string;
  readonly of: string;
}

/** Null: the id is none of a cost. */
export function findCost(id: string): CostSource | null {
  const ref = parseCostRef(id);
  return ref && { id, type: ref.type, of: ref.id };
}

/** @throws BAD_USER_INPUT unless the id is `subjectType:subjectId` */
export function getCost(id: string): CostSource {
  const cost = findCost(id);
  if (cost) return cost;
  throw badInput('id', 'must be subjectType:subjectId, such as memory:01a1fdd6-5043-7046-ad5e-645a7c33312b');
}
