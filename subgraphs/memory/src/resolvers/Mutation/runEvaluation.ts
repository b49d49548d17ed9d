import type { MemoryContext } from '../../services/memory-context.ts';
import { type EvaluateRequest, runEvaluation as run } from '../../services/run-evaluation.ts';

export const runEvaluation = (_: unknown, { input }: { input: EvaluateRequest }, ctx: MemoryContext) => run(ctx, input);
