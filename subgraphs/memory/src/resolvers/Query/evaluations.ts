import { type ListEvaluationsRequest, listEvaluations } from '../../services/evaluation/list-evaluations.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const evaluations = (_: unknown, request: ListEvaluationsRequest, ctx: MemoryContext) =>
  listEvaluations(ctx, request);
