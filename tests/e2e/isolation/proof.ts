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
};
