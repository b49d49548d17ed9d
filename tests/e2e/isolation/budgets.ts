import type { Cases } from './case.ts';

const RESERVE = `mutation ($id: ID) { reserveBudget(input: {
  projectId: $id, model: "openai/gpt-4o", inputTokens: 1, maxOutputTokens: 1 }) { reservation { id } } }`;
const RECORD = `mutation ($id: ID) { recordUsage(input: {
  projectId: $id, model: "openai/gpt-4o", usage: { inputTokens: 1, outputTokens: 1 } }) { costLog { id } } }`;
const SET = `mutation ($id: ID!) { setBudget(input: {
  scope: PROJECT, scopeId: $id, window: DAILY, limitUsd: "1" }) { budget { id } } }`;

export const budgetCases: Cases = {
  'Query.tenantSettings': [{ query: '{ tenantSettings { unpricedPolicy } }' }],
  'Query.budgets': [
    { query: '{ budgets(first: 200) { nodes { id scopeId } totalCount } }' },
    {
      query: 'query ($id: ID) { budgets(scopeId: $id) { nodes { id scope usedUsd } totalCount } }',
      variables: ({ projectId }) => ({ id: projectId }),
    },
  ],
  'Query.budget': [
    {
      query: 'query ($id: ID!) { budget(id: $id) { id scopeId } }',
      variables: ({ budgetId }) => ({ id: budgetId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.reservation': [
    {
      query: 'query ($id: ID!) { reservation(id: $id) { id projectId } }',
      variables: ({ reservationId }) => ({ id: reservationId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.reservations': [
    { query: '{ reservations(first: 200) { nodes { id projectId } totalCount } }' },
    {
      query: 'query ($id: ID) { reservations(projectId: $id) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.setBudget': [
    { query: SET, variables: ({ projectId }) => ({ id: projectId }), code: 'NOT_FOUND' },
    { query: SET.replace('PROJECT', 'API_KEY'), variables: ({ keyId }) => ({ id: keyId }), code: 'NOT_FOUND' },
  ],
  'Mutation.raiseBudget': [
    {
      query: `mutation ($id: ID!) { raiseBudget(input: { id: $id, extraUsd: "1", until: "2100-01-01" }) { budget { id } } }`,
      variables: ({ budgetId }) => ({ id: budgetId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.deleteBudget': [
    {
      query: 'mutation ($id: ID!) { deleteBudget(id: $id) { id } }',
      variables: ({ budgetId }) => ({ id: budgetId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.reserveBudget': [{ query: RESERVE, variables: ({ projectId }) => ({ id: projectId }), code: 'NOT_FOUND' }],
  'Mutation.extendReservation': [
    {
      query: 'mutation ($id: ID!) { extendReservation(id: $id) { reservation { id } } }',
      variables: ({ reservationId }) => ({ id: reservationId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.settleReservation': [
    {
      query: `mutation ($id: ID!) { settleReservation(input: { id: $id, usage: { inputTokens: 1, outputTokens: 1 } }) {
        costLog { id } } }`,
      variables: ({ reservationId }) => ({ id: reservationId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.releaseReservation': [
    {
      query: 'mutation ($id: ID!) { releaseReservation(id: $id) { reservation { id } } }',
      variables: ({ reservationId }) => ({ id: reservationId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.recordUsage': [{ query: RECORD, variables: ({ projectId }) => ({ id: projectId }), code: 'NOT_FOUND' }],
  'Mutation.setTenantSettings': [
    { query: 'mutation { setTenantSettings(input: { unpricedPolicy: ALLOW }) { settings { unpricedPolicy } } }' },
  ],
  'Subscription.budgetEvents': [
    {
      query: 'subscription ($id: ID) { budgetEvents(scope: PROJECT, scopeId: $id) { budgetId } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
};
