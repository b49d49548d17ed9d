import type { Transaction } from '@rae/kernel';
import { DEFAULT_SETTINGS, type MemorySettings, type Retention } from '../domain/memory-settings.ts';
import { type IndexedLayer, LAYERS } from '../engine/codes.ts';

const FIND = {
  name: 'settings_find',
  text: `select secret_policy as "secretPolicy", personal_data_policy as "personalDataPolicy", retention from memory.settings
    where tenant_id = $1 and project_id = $2`,
};
const LOCK = {
  name: 'settings_lock',
  text: `select pg_advisory_xact_lock(hashtextextended('memory.settings/' || $1 || '/' || $2, 0))`,
};
const WRITE = {
  name: 'settings_write',
  text: `insert into memory.settings (tenant_id, project_id, secret_policy, personal_data_policy, retention) values ($1, $2, $3, $4, $5)
    on conflict (tenant_id, project_id) do update
      set secret_policy = excluded.secret_policy, personal_data_policy = excluded.personal_data_policy, retention = excluded.retention`,
};

/** A project's settings; the defaults where it has set none. */
export async function findSettings(tx: Transaction, projectId: string): Promise<MemorySettings> {
  const [found] = await tx.query<MemorySettings>(FIND, [tx.caller.tenantId, projectId]);
  return found ?? DEFAULT_SETTINGS;
}

/** The same, held against others who would change them. */
export async function lockSettings(tx: Transaction, projectId: string): Promise<MemorySettings> {
  await tx.query(LOCK, [tx.caller.tenantId, projectId]);
  return findSettings(tx, projectId);
}

/** Sets all of a project's settings. */
export async function writeSettings(tx: Transaction, projectId: string, settings: MemorySettings): Promise<void> {
  const { secretPolicy, personalDataPolicy, retention } = settings;
  const values = [secretPolicy, personalDataPolicy, JSON.stringify(retention)];
  await tx.query(WRITE, [tx.caller.tenantId, projectId, ...values]);
}

const RETENTION = {
  name: 'settings_retention',
  text: 'select project_id as "projectId", retention from memory.settings where tenant_id = $1',
};

const isLayer = (name: string): name is IndexedLayer => name in LAYERS;

/** Every layer of every project of the tenant that keeps no longer than some days. */
export async function listRetention(
  tx: Transaction,
): Promise<{ projectId: string; layer: IndexedLayer; days: number }[]> {
  const rows = await tx.query<{ projectId: string; retention: Retention }>(RETENTION, [tx.caller.tenantId]);
  return rows.flatMap(({ projectId, retention }) =>
    Object.entries(retention).flatMap(([layer, days]) => (isLayer(layer) && days ? [{ projectId, layer, days }] : [])),
  );
}
