import type { Cases } from './case.ts';

/** Rate limits, audit log and ledger, prompts. */
export const proofCases: Cases = {
  'Query.rateLimits': [{ query: '{ rateLimits { operation limit remaining } }' }],
  'Query.auditEntry': [
    {
      query: 'query ($id: ID!) { auditEntry(id: $id) { actor detail } }',
      variables: ({ auditId }) => ({ id: auditId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.auditLog': [
    { query: '{ auditLog(first: 200) { totalCount nodes { id actor action subject detail } } }' },
    {
      query: 'query ($subject: String) { auditLog(filter: { subject: $subject }) { totalCount nodes { subject } } }',
      variables: ({ keyId }) => ({ subject: `apiKey:${keyId}` }),
    },
  ],
  'Query.verifyLedger': [{ query: '{ verifyLedger { valid entries firstBrokenId } }' }],
  'Query.verifyAuditLog': [{ query: '{ verifyAuditLog { valid entries firstBrokenId } }' }],
  'Mutation.setRateLimit': [
    {
      query:
        'mutation { setRateLimit(input: { operation: "viewer", limit: 1000 }) { rateLimits { operation limit } } }',
    },
  ],
  'Query.prompt': [
    { query: '{ prompt(name: "secret-prompt") { id versions { template } } }', code: 'NOT_FOUND' },
    {
      query: 'query ($id: ID) { prompt(name: "p", projectId: $id) { id } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.prompts': [
    { query: '{ prompts(first: 200) { totalCount nodes { name versions { template } } } }' },
    {
      query: 'query ($id: ID) { prompts(projectId: $id) { nodes { name } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Query.renderPrompt': [
    {
      query: '{ renderPrompt(name: "secret-prompt", version: 1, variables: {}) { text } }',
      code: 'NOT_FOUND',
    },
    {
      query: 'query ($id: ID) { renderPrompt(name: "p", projectId: $id, version: 1, variables: {}) { text } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.savePromptVersion': [
    {
      query:
        'mutation ($id: ID) { savePromptVersion(input: { name: "p", template: "t", projectId: $id }) { prompt { id } } }',
      variables: ({ projectId }) => ({ id: projectId }),
      code: 'NOT_FOUND',
    },
  ],
  'Mutation.setPromptStatus': [
    {
      query: 'mutation ($id: ID!) { setPromptStatus(promptId: $id, version: 1, status: RETIRED) { prompt { id } } }',
      variables: ({ promptId }) => ({ id: promptId }),
      code: 'NOT_FOUND',
    },
  ],
};
