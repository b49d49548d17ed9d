import { type EventFeed, type EventStream, encodeCursor, type LogEvent, mapStream } from '@rae/events';
import { projectToRead } from '@rae/identity';
import type { Caller, Context, JsonValue } from '@rae/kernel';
import { BUDGET_SCOPES, type BudgetScope, isBudgetVisible } from '@rae/metering';

/** `enum BudgetEventKind`, by type of event. */
const KINDS = {
  'budget.threshold_reached': 'THRESHOLD_REACHED',
  'budget.exceeded': 'EXCEEDED',
  'budget.blocked': 'BLOCKED',
  'budget.downgraded': 'DOWNGRADED',
  'budget.reset': 'RESET',
  'budget.limit_changed': 'LIMIT_CHANGED',
} as const;
export type BudgetEventKind = (typeof KINDS)[keyof typeof KINDS];

export interface HeardBudget {
  readonly cursor: string;
  readonly at: Date;
  readonly kind: BudgetEventKind;
  readonly budgetId: string;
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly threshold: number | null;
  readonly usedUsd: string;
  readonly limitUsd: string | null;
  readonly usedTokens: number;
  readonly limitTokens: number | null;
  readonly requestedUsd: string | null;
  readonly model: string | null;
  readonly projectId: string | null;
  readonly agentId: string | null;
  /** The trace that it happened in; null where none was. */
  readonly traceparent: string | null;
}

export interface HearRequest {
  readonly scope?: BudgetScope | null;
  readonly scopeId?: string | null;
  readonly kinds?: readonly BudgetEventKind[] | null;
  readonly after?: string | null;
}

export interface HearingContext extends Context {
  readonly feed: EventFeed;
}

const isKnown = (type: string): type is keyof typeof KINDS => Object.hasOwn(KINDS, type);
const textOf = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: JsonValue | undefined): number | null => (typeof value === 'number' ? value : null);

/** Null: the event is of no budget. */
function toHeard(event: LogEvent): HeardBudget | null {
  const { type, payload, position, occurredAt, traceparent, projectId } = event;
  const scope = BUDGET_SCOPES.find((one) => one === payload.scope);
  const budgetId = textOf(payload.budgetId);
  if (!isKnown(type) || !scope || !budgetId) return null;
  return {
    cursor: encodeCursor(position),
    at: occurredAt,
    kind: KINDS[type],
    budgetId,
    scope,
    scopeId: textOf(payload.scopeId) ?? '',
    threshold: numberOf(payload.threshold),
    usedUsd: textOf(payload.usedUsd) ?? '0',
    limitUsd: textOf(payload.limitUsd),
    usedTokens: numberOf(payload.usedTokens) ?? 0,
    limitTokens: numberOf(payload.limitTokens),
    requestedUsd: textOf(payload.requestedUsd),
    model: textOf(payload.model),
    projectId: textOf(payload.projectId) ?? projectId,
    agentId: textOf(payload.agentId),
    traceparent,
  };
}

/** A key that is bound to a project hears what happened in that project, and of no budget that it may not see. */
const isFor = (caller: Caller, heard: HeardBudget, projectId: string | null): boolean =>
  (caller.projectId === null || caller.projectId === projectId) && isBudgetVisible(caller, heard);

const isWanted = (request: HearRequest, { scope, scopeId, kind }: HeardBudget): boolean =>
  (!request.scope || request.scope === scope) &&
  (!request.scopeId || request.scopeId === scopeId) &&
  (!request.kinds?.length || request.kinds.includes(kind));

/**
 * What happens to budgets that the caller may see, in log order, each once; on from `after` without a gap.
 *
 * @throws NOT_FOUND for the scope of a project that is not there; BAD_USER_INPUT for a cursor that is none; CURSOR_EXPIRED
 */
export async function hearBudgets(ctx: HearingContext, request: HearRequest): Promise<EventStream<HeardBudget>> {
  const { caller, signal } = ctx;
  const matches = (event: LogEvent): boolean => {
    const heard = toHeard(event);
    return heard !== null && isFor(caller, heard, event.projectId) && isWanted(request, heard);
  };
  // Of a project that is not there, nothing would ever be heard.
  const { scope, scopeId } = request;
  if (scope === 'PROJECT' && scopeId) await ctx.readOnce((tx) => projectToRead(tx, scopeId, 'scopeId'));
  const heard = await ctx.feed.subscribe({ caller, matches, after: request.after ?? null, signal });
  return mapStream(heard, (event) => {
    const told = toHeard(event);
    if (!told) throw new Error(`${event.type} is of no budget`);
    return told;
  });
}
