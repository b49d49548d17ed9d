import type { Cases } from './case.ts';

export const costCases: Cases = {
  'Query.tenantStats': [{ query: '{ tenantStats { tenantId usdThisMonth budgetUsedShare } }' }],
  'Query.governanceOverview': [
    { query: '{ governanceOverview { totalUsdToday tenants { tenantId } } }', code: 'FORBIDDEN' },
  ],
  'Query.cost': [
    {
      query: 'query ($id: ID!) { cost(id: $id) { totalUsd calls log { id projectId } } }',
      variables: ({ memoryId }) => ({ id: `memory:${memoryId}` }),
    },
  ],
  'Query.costLogs': [
    { query: '{ costLogs(first: 200) { nodes { id projectId userId metadata } totalCount } }' },
    {
      query: 'query ($id: ID) { costLogs(filter: { projectId: $id }) { nodes { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.costBreakdown': [
    { query: '{ costBreakdown(input: { by: [PROJECT, TAG] }) { rows { keys { value } usd } total { calls } } }' },
    {
      query: 'query ($id: ID) { costBreakdown(input: { by: [MODEL], filter: { projectId: $id } }) { tookMs } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
};
