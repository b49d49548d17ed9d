import { badInput, type Context, checkText, type Role, type Transaction } from '@rae/kernel';
import { chooseBinding, chooseRoles } from './binding.ts';
import { MAX_NAME } from './create-tenant.ts';
import { type KeyWanted, type MadeKey, makeKey } from './make-key.ts';
import { onceShown } from './once-shown.ts';
import { projectToRead } from './project-scope.ts';

/** What is left out or null is the caller's own binding; expiresAt null: the key does not expire. */
export interface CreateApiKeyInput {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly projectId?: string | null;
  readonly agentId?: string | null;
  readonly userId?: string | null;
  readonly expiresAt?: Date | null;
  readonly idempotencyKey?: string | null;
}

async function makeWithin(tx: Transaction, wanted: KeyWanted): Promise<MadeKey> {
  if (wanted.expiresAt && wanted.expiresAt <= tx.now)
    throw badInput('input.expiresAt', `must be in the future; it is ${tx.now.toISOString()} now`);
  await projectToRead(tx, wanted.projectId, 'input.projectId');
  return makeKey(tx, wanted);
}

/**
 * Makes a key no wider than the caller: its own binding or a narrower one, and no role that it lacks.
 *
 * @throws FORBIDDEN naming what the caller lacks; NOT_FOUND for a project that is not the tenant's or not the caller's;
 *   BAD_USER_INPUT; CONFLICT for a repeat under the same idempotencyKey: the secret is shown once
 */
export function createApiKey(ctx: Context, input: CreateApiKeyInput): Promise<MadeKey> {
  const { idempotencyKey, ...asked } = input;
  const wanted: KeyWanted = {
    name: checkText('input.name', asked.name, MAX_NAME),
    roles: chooseRoles(ctx.caller, asked.roles),
    ...chooseBinding(ctx.caller, asked),
    expiresAt: asked.expiresAt ?? null,
  };
  const call = { field: 'createApiKey', key: idempotencyKey, input: wanted };
  return ctx.transact((tx) =>
    onceShown(
      tx,
      call,
      () => makeWithin(tx, wanted),
      ({ apiKey }) => `API key ${apiKey.id}`,
    ),
  );
}
