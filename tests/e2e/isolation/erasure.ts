import type { Cases } from './case.ts';

export const erasureCases: Cases = {
  'Query.erasure': [
    {
      query: 'query ($id: ID!) { erasure(id: $id) { id reason } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.erasures': [
    { query: '{ erasures(first: 200) { nodes { id reason } totalCount } }' },
    {
      query: 'query ($id: ID) { erasures(projectId: $id) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.eraseMemories': [
    {
      query:
        'mutation ($id: ID) { eraseMemories(filter: { projectId: $id, source: "x" }, reason: "r") { erasure { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
    {
      query:
        'mutation ($canary: String!) { eraseMemories(filter: { tags: [$canary] }, reason: "r") { erasure { id } } }',
      variables: ({ canary }) => ({ canary }),
    },
  ],
  'Mutation.eraseSubject': [
    {
      query:
        'mutation ($id: ID) { eraseSubject(input: { projectId: $id, userId: "x", reason: "r" }) { erasure { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
};
