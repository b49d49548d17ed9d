import { badInput } from '@rae/kernel';
import { type DocumentNode, separateOperations } from 'graphql';
import type { PreparedOperation } from './documents.ts';
import type { SubscriptionPlan, SubscriptionPlanner } from './plans.ts';
import type { RequestScope } from './scope.ts';

/** One open subscription of a client, across all its upstreams. */
export interface Stream {
  readonly operation: PreparedOperation;
  /** The operation alone, so that its name plays no part in finding its plan. */
  readonly document: DocumentNode;
  readonly scope: RequestScope;
  /** Aborted when it is over; with a PlatformError when its reader is to be told why. */
  readonly ending: AbortController;
  plan: SubscriptionPlan;
  /** Of the last event that was delivered; null when nothing says where the stream stands. */
  cursor: string | null;
  /** Losses since the last event. */
  losses: number;
  /** Whether its upstream has ended by itself. */
  completed: boolean;
  /** Aborted when the upstream no longer fits the plan. */
  reopen: AbortController;
}

const alone = ({ document, operation }: PreparedOperation): DocumentNode =>
  (operation.name && separateOperations(document)[operation.name.value]) ?? document;

/** @param after where to start instead of at the operation's own `after` */
export function createStream(
  planner: SubscriptionPlanner,
  operation: PreparedOperation,
  scope: RequestScope,
  after: string | null,
): Stream {
  const document = alone(operation);
  const plan = planner.plan(document);
  const cursor = after ?? plan.resumable?.firstCursor(operation.coerced) ?? null;
  const [ending, reopen] = [new AbortController(), new AbortController()];
  return { operation, document, scope, ending, plan, cursor, losses: 0, completed: false, reopen };
}

/** Variables to open its upstream with, so that it goes on where it stands. */
export function upstreamVariables({ plan, operation: { variables }, cursor }: Stream): Record<string, unknown> {
  const { primary, resumable } = plan;
  if (resumable) return resumable.variables(variables, cursor);
  return Object.fromEntries(Object.entries(variables).filter(([name]) => primary.variableUsages?.includes(name)));
}

/** Whether another upstream can take over without a gap: without a cursor nobody could say what was missed. */
export const canGoOn = ({ cursor, plan }: Stream): boolean => cursor !== null && plan.resumable !== null;

/** The plan under the schema of now. @throws PlatformError BAD_USER_INPUT saying what the schema no longer has */
export function replanned(planner: SubscriptionPlanner, stream: Stream): SubscriptionPlan {
  try {
    return planner.plan(stream.document);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badInput('query', `the schema was changed under this subscription: ${why}`);
  }
}

const samePrimary = (a: SubscriptionPlan, b: SubscriptionPlan) =>
  a.primary.serviceName === b.primary.serviceName && a.primary.operation === b.primary.operation;

/** After a reload: an upstream that fits the new plan goes on under it, any other is to be opened anew. */
export function replan(planner: SubscriptionPlanner, stream: Stream): void {
  try {
    const plan = replanned(planner, stream);
    if (samePrimary(plan, stream.plan)) stream.plan = plan;
    else stream.reopen.abort();
  } catch {
    // whoever reads the stream plans it again, and tells the client what is wrong
    stream.reopen.abort();
  }
}
