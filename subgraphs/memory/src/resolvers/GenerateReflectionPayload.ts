import type { Reflected } from '../services/reflection/reflect.ts';

export const GenerateReflectionPayload = {
  cost: ({ costId }: Reflected) => (costId ? { __typename: 'Cost', id: costId } : null),
};
