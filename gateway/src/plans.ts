import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type FetchNode, type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { badInput } from '@rae/kernel';
import { type DocumentNode, print } from 'graphql';
import { createLru } from './lru.ts';
import { makeResumable, type ResumableOperation } from './resume.ts';

/** How a subscription runs: `primary` is subscribed to at its subgraph, `plan` gives for each of its events the whole answer. */
export interface SubscriptionPlan {
  readonly primary: FetchNode;
  readonly plan: QueryPlan;
  /** Null when the root field cannot be gone on from a cursor. */
  readonly resumable: ResumableOperation | null;
}

export interface SubscriptionPlanner {
  /** @throws GraphQLError when the supergraph does not have what the operation asks for */
  plan(document: DocumentNode): SubscriptionPlan;
}

const KEPT_PLANS = 500;

/** Both sides have to be there in the subgraph itself: `after` to ask with, `cursor` to know what was heard last. */
function canResume(supergraph: Supergraph, service: string, field: string): boolean {
  const schema = supergraph.subgraphs().get(service)?.schema;
  const definition = schema?.schemaDefinition.rootType('subscription')?.field(field);
  const type = definition?.type;
  const named = type && 'baseType' in type ? type.baseType() : type;
  if (!definition || !named || !('field' in named)) return false;
  return String(definition.argument('after')?.type) === 'String' && String(named.field('cursor')?.type) === 'String!';
}

/**
 * Plans subscriptions over one supergraph with a planner of our own, since the gateway's keeps to itself; plans of the
 * last 500 documents are kept. A document has one operation.
 */
export function createSubscriptionPlanner(supergraphSdl: string): SubscriptionPlanner {
  const supergraph = Supergraph.build(supergraphSdl);
  const planner = new QueryPlanner(supergraph);
  const schema = supergraph.apiSchema();
  const kept = createLru<SubscriptionPlan>(KEPT_PLANS);

  function make(document: DocumentNode): SubscriptionPlan {
    const { node } = planner.buildQueryPlan(operationFromDocument(schema, document));
    if (node?.kind !== 'Subscription')
      throw badInput('query', 'this is not a subscription of one field without @skip or @include on it');
    const { primary, rest } = node;
    return {
      primary,
      plan: { kind: 'QueryPlan', node: rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary },
      resumable: makeResumable(primary.operation, (field) => canResume(supergraph, primary.serviceName, field)),
    };
  }

  return {
    plan(document) {
      const text = print(document);
      const known = kept.get(text);
      if (known) return known;
      const plan = make(document);
      kept.set(text, plan);
      return plan;
    },
  };
}

const KEPT_QUERY_PLANS = 1_000;
const SUBSCRIPTION_KEY = 'sub:';

/**
 * The gateway's plan cache, and the way in for plans of ours: a plan that `holding` puts there for one execution is in a
 * map of its own, which neither eviction nor the `clear` of a reload touches, because the executor refuses to run a
 * subscription that it had to plan by itself.
 */
export function createPlanCache() {
  const plans = createLru<QueryPlan>(KEPT_QUERY_PLANS);
  const held = new Map<string, QueryPlan>();
  let serial = 0;
  return {
    cache: {
      get: async (key: string) => (key.startsWith(SUBSCRIPTION_KEY) ? held.get(key) : plans.get(key)),
      set: async (key: string, plan: QueryPlan) => plans.set(key, plan),
      delete: async () => false,
      clear: () => plans.clear(),
    },
    /** Runs `work` with the key under which the executor finds `plan`. */
    async holding<T>(plan: QueryPlan, work: (queryHash: string) => Promise<T>): Promise<T> {
      serial += 1;
      const key = `${SUBSCRIPTION_KEY}${serial}`;
      held.set(key, plan);
      try {
        return await work(key);
      } finally {
        held.delete(key);
      }
    },
  };
}

export type PlanCache = ReturnType<typeof createPlanCache>;
