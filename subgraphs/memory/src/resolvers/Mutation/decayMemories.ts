import { type DecayRequest, decayMemories as decay } from '../../services/decay-memories.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const decayMemories = (_: unknown, request: DecayRequest, ctx: MemoryContext) => decay(ctx, request);
