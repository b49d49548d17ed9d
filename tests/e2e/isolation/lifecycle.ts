import type { Cases } from './case.ts';

export const lifecycleCases: Cases = {
  'Mutation.updateMemory': [
    {
      query: 'mutation ($id: ID!) { updateMemory(input: { id: $id, importance: 1 }) { memory { id } } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.supersedeMemory': [
    {
      query: 'mutation ($id: ID!) { supersedeMemory(id: $id, by: { content: "planted" }) { memory { id } } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
};
