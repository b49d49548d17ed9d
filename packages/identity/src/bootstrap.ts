import { actAs, SYSTEM_CALLER, type Transact, WORKER_SCOPE } from '@rae/database';
import { badInput, PlatformError, type Role, type Transaction, uuidv7 } from '@rae/kernel';
import { isSecret } from './key-secret.ts';
import { type MadeKey, makeKey, UNBOUND } from './make-key.ts';
import { makeTenant } from './make-tenant.ts';
import { findFirstTenant } from './queries/find-first-tenant.ts';
import { pageProjects } from './queries/page-projects.ts';

export interface FirstTenant {
  readonly tenantId: string;
  /** Its oldest project. */
  readonly projectId: string;
  /** The first key, where it was made just now; null where there was a tenant already. */
  readonly secret: string | null;
}

/** Any number; the same in every process. */
const FIRST_TENANT_LOCK = 7_245_002;
const FIRST_TENANT = 'default';
const FIRST_ROLES: readonly Role[] = ['ADMIN', 'PLATFORM'];

const bootstrapCaller = (tenantId: string) => ({ ...SYSTEM_CALLER, tenantId, actor: 'system:start' });

async function getOldestProject(tx: Transaction, tenantId: string): Promise<string> {
  const own = await actAs(tx, bootstrapCaller(tenantId));
  const [project] = await pageProjects(own, { tenantId, projectId: null }, null, 1);
  if (!project) throw new PlatformError('INTERNAL', 'the first tenant has no project');
  return project.id;
}

/**
 * Makes the tenant `default` with its project `default` and its first key (ADMIN and PLATFORM), if there is no tenant yet.
 * Of several processes that start together one makes it.
 *
 * @param adminKey RAE_ADMIN_KEY: the first key as the operator presets it; null: a new one is made
 * @throws BAD_USER_INPUT for an adminKey that is no key
 */
export async function ensureFirstTenant(transact: Transact, adminKey: string | null): Promise<FirstTenant> {
  if (adminKey !== null && !isSecret(adminKey))
    throw badInput('RAE_ADMIN_KEY', 'must be `rae_` and 32 to 128 letters, digits, "-" or "_"');
  return transact(WORKER_SCOPE, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [FIRST_TENANT_LOCK]);
    const first = await findFirstTenant(tx);
    if (first !== null) return { tenantId: first, projectId: await getOldestProject(tx, first), secret: null };
    const wanted = { name: FIRST_TENANT, roles: FIRST_ROLES, secret: adminKey ?? undefined };
    const made = await makeTenant(tx, bootstrapCaller(uuidv7(tx.now.getTime())), wanted);
    return { tenantId: made.tenant.id, projectId: made.project.id, secret: made.secret };
  });
}

/**
 * Makes another first key (ADMIN and PLATFORM) of the first tenant, for whoever has lost theirs and holds the database.
 * The others stay in force: revoke those that are lost.
 *
 * @throws NOT_FOUND when there is no tenant yet
 */
export function makeKeyAnew(transact: Transact): Promise<MadeKey> {
  return transact(WORKER_SCOPE, async (tx) => {
    const tenantId = await findFirstTenant(tx);
    if (tenantId === null)
      throw new PlatformError(
        'NOT_FOUND',
        'There is no tenant yet: start the server once, and it makes the first key.',
      );
    const own = await actAs(tx, bootstrapCaller(tenantId));
    return makeKey(own, { ...UNBOUND, name: 'First key, made anew', roles: FIRST_ROLES, expiresAt: null });
  });
}
