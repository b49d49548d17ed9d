import type { Cases } from './case.ts';

/** Rate limits, audit log and ledger, prompts. */
export const proofCases: Cases = {
  'Query.rateLimits': [{ query: '{ rateLimits { operation limit remaining } }' }],
  'Mutation.setRateLimit': [
    {
      query:
        'mutation { setRateLimit(input: { operation: "viewer", limit: 1000 }) { rateLimits { operation limit } } }',
    },
  ],
};
