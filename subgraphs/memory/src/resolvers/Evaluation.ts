import { checkFirst } from '@rae/kernel';
import {
  type Evaluation as EvaluationRow,
  findEvaluation,
  readResults,
} from '../services/evaluation/list-evaluations.ts';
import type { MemoryContext } from '../services/memory-context.ts';

export const Evaluation = {
  __resolveReference: ({ id }: { id: string }, ctx: MemoryContext) => findEvaluation(ctx, id),
  results: (evaluation: EvaluationRow, { first }: { first: number }, ctx: MemoryContext) =>
    readResults(ctx, evaluation, checkFirst(first)),
  cost: ({ id }: EvaluationRow) => ({ __typename: 'Cost', id: `evaluation:${id}` }),
};
