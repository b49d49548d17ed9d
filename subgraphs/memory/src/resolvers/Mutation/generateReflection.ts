import type { MemoryContext } from '../../services/memory-context.ts';
import { type ReflectRequest, reflect } from '../../services/reflection/reflect.ts';

export const generateReflection = (_: unknown, { input }: { input: ReflectRequest }, ctx: MemoryContext) =>
  reflect(ctx, input);
