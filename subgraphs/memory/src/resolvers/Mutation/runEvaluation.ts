import { type EvaluateRequest, runEvaluation as run } from '../../services/evaluation/run-evaluation.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const runEvaluation = (_: unknown, { input }: { input: EvaluateRequest }, ctx: MemoryContext) => run(ctx, input);
