import { projectToWrite } from '@rae/identity';
import { badInput, type Context, type CostOperation, checkText, type Spend, type SpendSubject } from '@rae/kernel';

/** What reserveBudget and recordUsage say of who pays. */
export interface SpendInput {
  readonly projectId?: string | null;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly subjectType?: string | null;
  readonly subjectId?: string | null;
  readonly operation: CostOperation;
}

const MAX_OWN_ID = 200;
const TYPE = /^[a-z][a-zA-Z_]{0,49}$/;

const ownId = (input: SpendInput, name: 'userId' | 'agentId' | 'sessionId'): string | null => {
  const id = input[name] ?? null;
  return id === null ? null : checkText(`input.${name}`, id, MAX_OWN_ID);
};

function subjectsOf({ subjectType, subjectId }: SpendInput): SpendSubject[] {
  if (!subjectType && !subjectId) return [];
  if (!subjectType || !subjectId) throw badInput('input.subjectType', 'and subjectId must be given together');
  if (!TYPE.test(subjectType))
    throw badInput('input.subjectType', 'must be 1 to 50 letters that begin with a small one, such as memory');
  return [{ type: subjectType, id: checkText('input.subjectId', subjectId, MAX_OWN_ID), weight: 1 }];
}

/**
 * Who pays for a call that a client makes.
 *
 * @throws NOT_FOUND for a project that is not the tenant's or not the caller's; BAD_USER_INPUT naming the field
 */
export async function planSpend(ctx: Context, input: SpendInput): Promise<Spend> {
  const said = {
    userId: ownId(input, 'userId'),
    agentId: ownId(input, 'agentId'),
    sessionId: ownId(input, 'sessionId'),
    operation: input.operation,
    subjects: subjectsOf(input),
  };
  const projectId = await ctx.read((tx) => projectToWrite(tx, input.projectId ?? null, 'input.projectId'));
  return { caller: ctx.caller, cause: ctx.cause, projectId, ...said };
}
