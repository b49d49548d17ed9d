import type { Cases } from './case.ts';

export const answerCases: Cases = {
  'Query.answer': [
    {
      query: 'query ($id: ID!) { answer(id: $id) { id question text } }',
      variables: ({ answerId }) => ({ id: answerId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.answers': [
    { query: '{ answers(first: 200) { nodes { id question text } totalCount } }' },
    {
      query: 'query ($id: ID) { answers(projectId: $id) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.ask': [
    {
      query: 'mutation ($id: ID) { ask(input: { projectId: $id, question: "What is the word?" }) { answer { text } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
    {
      query:
        'mutation ($id: ID) { ask(input: { question: "What is the word?", search: { filter: { projectId: $id } } }) { answer { text } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.cancelAnswer': [
    {
      query: 'mutation ($id: ID!) { cancelAnswer(id: $id) { answer { text } } }',
      variables: ({ answerId }) => ({ id: answerId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.generateReflection': [
    {
      query: 'mutation ($id: ID) { generateReflection(input: { projectId: $id }) { reflections { content } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.evaluations': [
    { query: '{ evaluations(first: 200) { nodes { id dataset results { query } } totalCount } }' },
    {
      query: 'query ($id: ID) { evaluations(projectId: $id) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.runEvaluation': [
    {
      query:
        'mutation ($id: ID) { runEvaluation(input: { projectId: $id, dataset: "d", cases: [{ query: "word", relevantMemoryIds: ["01900000-0000-7000-8000-000000000000"] }] }) { cursor } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.consolidateMemories': [
    {
      query:
        'mutation ($id: ID) { consolidateMemories(input: { projectId: $id, dryRun: true }) { merged { from { content } } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Subscription.askStream': [
    {
      query:
        'subscription ($id: ID) { askStream(input: { projectId: $id, question: "What is the word?" }) { cursor } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
};
