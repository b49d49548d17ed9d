import type { MemoryContext } from '../../services/memory-context.ts';
import { type DecayRequest, decayMemories as decay } from '../../services/upkeep/decay-memories.ts';

export const decayMemories = (_: unknown, request: DecayRequest, ctx: MemoryContext) => decay(ctx, request);
