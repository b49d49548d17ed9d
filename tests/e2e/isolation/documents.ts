import type { Cases } from './case.ts';

export const documentCases: Cases = {
  'Query.document': [
    {
      query: 'query ($id: ID!) { document(id: $id) { id title chunks { nodes { content } } } }',
      variables: ({ documentId }) => ({ id: documentId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.documents': [
    { query: '{ documents(first: 200) { nodes { id title uri metadata } totalCount } }' },
    {
      query: 'query ($uri: String) { documents(uri: $uri) { nodes { id title } totalCount } }',
      variables: ({ canary }) => ({ uri: `file:${canary}` }),
    },
    {
      query: 'query ($id: ID) { documents(projectId: $id) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
    {
      query: 'query ($id: ID) { memories(filter: { documentId: $id }) { nodes { id content } totalCount } }',
      variables: ({ documentId }) => ({ id: documentId }),
    },
  ],
  'Mutation.ingestDocument': [
    {
      query:
        'mutation ($id: ID) { ingestDocument(input: { projectId: $id, title: "planted", content: "x" }) { cursor } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.deleteDocument': [
    {
      query: 'mutation ($id: ID!) { deleteDocument(id: $id) { id } }',
      variables: ({ documentId }) => ({ id: documentId }),
      code: 'NOT_FOUND',
    },
  ],
};
