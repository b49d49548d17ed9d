import type { Cases } from './case.ts';

export const memoryCases: Cases = {
  'Query.memory': [
    {
      query: 'query ($id: ID!) { memory(id: $id) { id content } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
    {
      query: 'query ($id: ID!) { memory(id: $id, asOf: "2026-11-21T00:00:00Z") { id } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.memories': [
    {
      query:
        '{ memories(first: 200, filter: { statuses: [ACTIVE, ARCHIVED, SUPERSEDED] }) { nodes { id content } totalCount } }',
    },
    {
      query: 'query ($id: ID) { memories(filter: { projectId: $id }) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.searchMemories': [
    {
      query:
        'query ($q: String!) { searchMemories(input: { query: $q, limit: 200 }) { hits { memory { id content } } } }',
      variables: ({ canary }) => ({ q: canary }),
    },
    {
      query: 'query ($id: ID) { searchMemories(input: { query: "x", filter: { projectId: $id } }) { hits { score } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.createMemory': [
    {
      query: 'mutation ($id: ID) { createMemory(input: { projectId: $id, content: "planted" }) { memory { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.createMemories': [
    {
      query: 'mutation ($id: ID) { createMemories(inputs: [{ projectId: $id, content: "planted" }]) { cursor } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.archiveMemory': [
    {
      query: 'mutation ($id: ID!) { archiveMemory(id: $id) { memory { id } } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.restoreMemory': [
    {
      query: 'mutation ($id: ID!) { restoreMemory(id: $id) { memory { id } } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.deleteMemory': [
    {
      query: 'mutation ($id: ID!) { deleteMemory(id: $id) { id } }',
      variables: ({ memoryId }) => ({ id: memoryId }),
      code: 'NOT_FOUND',
    },
  ],
  'Subscription.memoryCreated': [
    {
      query: 'subscription ($id: ID) { memoryCreated(projectId: $id) { memoryId } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
};
