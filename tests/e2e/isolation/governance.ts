import type { Cases } from './case.ts';

export const governanceCases: Cases = {
  'Query.viewer': [
    { query: '{ viewer { actor tenant { id name projects { nodes { id } } } project { id } apiKey { id } } }' },
  ],
  'Query.tenant': [{ query: '{ tenant { id name projects { nodes { id name } } } }' }],
  'Query.project': [
    {
      query: 'query ($id: ID!) { project(id: $id) { id name tenant { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.projects': [{ query: '{ projects(first: 200) { nodes { id name } totalCount } }' }],
  'Query.apiKeys': [
    { query: '{ apiKeys(first: 200, includeRevoked: true) { nodes { id name prefix } } }' },
    {
      query: 'query ($id: ID) { apiKeys(projectId: $id) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.createTenant': [
    { query: 'mutation { createTenant(input: { name: "mine" }) { secret } }', code: 'FORBIDDEN' },
  ],
  'Mutation.createProject': [
    { query: 'mutation { createProject(input: { name: "own" }) { project { id name tenant { id } } } }' },
  ],
  'Mutation.createApiKey': [
    {
      query: 'mutation ($id: ID) { createApiKey(input: { name: "k", roles: [READER], projectId: $id }) { secret } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.revokeApiKey': [
    {
      query: 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id } } }',
      variables: ({ keyId }) => ({ id: keyId }),
      code: 'NOT_FOUND',
    },
  ],
};
