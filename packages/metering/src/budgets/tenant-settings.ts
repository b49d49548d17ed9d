import { appendAudit } from '@rae/audit';
import type { Transaction } from '@rae/kernel';

export const UNPRICED_POLICIES = ['DEFAULT', 'REFUSE', 'FALLBACK', 'ALLOW'] as const;
/**
 * What becomes of a call whose price nobody knows. DEFAULT: refused where a BLOCK or DOWNGRADE budget in USD covers it;
 * REFUSE: always; FALLBACK: charged at the stand-in price; ALLOW: let through, unpriced.
 */
export type UnpricedPolicy = (typeof UNPRICED_POLICIES)[number];

export interface TenantSettings {
  readonly unpricedPolicy: UnpricedPolicy;
  readonly promptsNeedFourEyes: boolean;
  readonly answerCacheByMeaning: boolean;
}

/** Of a tenant that has set nothing. */
export const DEFAULT_SETTINGS: TenantSettings = {
  unpricedPolicy: 'DEFAULT',
  promptsNeedFourEyes: false,
  answerCacheByMeaning: false,
};

const COLUMNS = `unpriced_policy as "unpricedPolicy", prompts_need_four_eyes as "promptsNeedFourEyes",
  answer_cache_by_meaning as "answerCacheByMeaning"`;
const FIND = {
  name: 'tenant_settings_find',
  text: `select ${COLUMNS} from platform.tenant_settings where tenant_id = $1`,
};
const WRITE = {
  name: 'tenant_settings_write',
  text: `insert into platform.tenant_settings as s (tenant_id, unpriced_policy, prompts_need_four_eyes, answer_cache_by_meaning, metering_version)
    values ($1, coalesce($2, 'DEFAULT'), coalesce($3, false), coalesce($4, false), 1)
    on conflict (tenant_id) do update set unpriced_policy = coalesce($2, s.unpriced_policy),
      prompts_need_four_eyes = coalesce($3, s.prompts_need_four_eyes),
      answer_cache_by_meaning = coalesce($4, s.answer_cache_by_meaning), metering_version = s.metering_version + 1
    returning ${COLUMNS}`,
};

/** The caller's tenant's; the defaults where it never set any. */
export async function getTenantSettings(tx: Transaction): Promise<TenantSettings> {
  const [found] = await tx.query<TenantSettings>(FIND, [tx.caller.tenantId]);
  return found ?? DEFAULT_SETTINGS;
}

/** Changes those that are given; in force for the next call. Whoever calls has checked that the caller may. */
export async function setTenantSettings(tx: Transaction, change: Partial<TenantSettings>): Promise<TenantSettings> {
  const { unpricedPolicy = null, promptsNeedFourEyes = null, answerCacheByMeaning = null } = change;
  const values = [tx.caller.tenantId, unpricedPolicy, promptsNeedFourEyes, answerCacheByMeaning];
  const [settings] = await tx.query<TenantSettings>(WRITE, values);
  if (!settings) throw new Error('the settings were not written');
  appendAudit(tx, { action: 'setTenantSettings', subject: `tenant:${tx.caller.tenantId}`, detail: { ...settings } });
  return settings;
}
