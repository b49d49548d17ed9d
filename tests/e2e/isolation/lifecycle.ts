import type { Cases } from './case.ts';

export const lifecycleCases: Cases = {
  'Query.memoryStats': [
    { query: '{ memoryStats { total timeline { memories } topProjects { projectId count } } }' },
    {
      query: 'query ($id: ID) { memoryStats(projectId: $id) { total } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.decayMemories': [
    { query: 'mutation { decayMemories { archived } }' },
    {
      query: 'mutation ($id: ID) { decayMemories(projectId: $id) { archived } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.giveFeedback': [
    {
      query: 'mutation ($id: ID) { giveFeedback(input: { memoryId: $id, score: -1 }) { id } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
    {
      query: 'mutation ($id: ID) { giveFeedback(input: { answerId: $id, score: -1 }) { id } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.memorySettings': [
    {
      query: 'query ($id: ID) { memorySettings(projectId: $id) { projectId secretPolicy } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.setMemorySettings': [
    {
      query:
        'mutation ($id: ID) { setMemorySettings(input: { projectId: $id, secretPolicy: OFF }) { settings { projectId } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
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
