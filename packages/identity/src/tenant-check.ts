import { SYSTEM_CALLER, type Transact } from '@rae/database';
import { type Clock, NO_CAUSE } from '@rae/kernel';
import { createExpiringCache } from './expiring-cache.ts';
import { findProjects } from './queries/find-projects.ts';
import { findTenants } from './queries/find-tenants.ts';

/** Tenants and projects are never taken away. */
const THERE_MS = 60_000;
const MISSING_MS = 500;
const MOST = 10_000;

/** Which of a tenant and its project there is not; null when both are there. */
export type Missing = 'tenant' | 'project' | null;

/** Whether the tenant that a token names exists, and the project (null: none named) is its own. */
export function createTenantCheck(options: { transact: Transact; clock: Clock }) {
  const cache = createExpiringCache<Missing>(MOST, options.clock);
  const look = (tenantId: string, projectId: string | null): Promise<Missing> => {
    const scope = { role: 'rae_app', caller: { ...SYSTEM_CALLER, tenantId }, cause: NO_CAUSE } as const;
    return options.transact(scope, async (tx) => {
      const [tenants, projects] = await Promise.all([
        findTenants(tx, [tenantId]),
        projectId === null ? null : findProjects(tx, [projectId]),
      ]);
      if (tenants.length === 0) return 'tenant';
      return projects?.length === 0 ? 'project' : null;
    });
  };
  return async (tenantId: string, projectId: string | null): Promise<Missing> => {
    const name = `${tenantId} ${projectId}`;
    const kept = cache.get(name);
    if (kept !== undefined) return kept;
    const missing = await look(tenantId, projectId);
    cache.set(name, missing, missing ? MISSING_MS : THERE_MS);
    return missing;
  };
}
