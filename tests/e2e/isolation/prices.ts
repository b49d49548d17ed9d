import type { Cases } from './case.ts';

/** Models and what they cost: the first tenant has set a price for a model that bears the canary's name. */
export const priceCases: Cases = {
  'Query.models': [{ query: '{ models { provider model price { id origin } } }' }],
  'Query.modelPrices': [
    { query: '{ modelPrices(provider: "openai", first: 200) { totalCount nodes { id model origin } } }' },
    {
      query:
        'query ($model: String) { modelPrices(model: $model, provider: "openai") { nodes { id inputPerMillion } } }',
      variables: ({ canary }) => ({ model: canary }),
    },
  ],
  'Query.estimateCost': [
    {
      query: `query ($model: String!) { estimateCost(input: { provider: "openai", model: $model, inputTokens: 1, outputTokens: 1 }) {
        priced totalUsd price { id } } }`,
      variables: ({ canary }) => ({ model: canary }),
    },
  ],
  'Mutation.setModelPrice': [
    {
      query: `mutation { setModelPrice(input: { provider: "openai", model: "mine", inputPerMillion: "1", outputPerMillion: "1" }) {
        price { origin } adjustments } }`,
    },
  ],
};
