import { migration } from './sql.ts';

/** Lines up to a signed one, of a tenant: rae_app cannot delete any, and nobody any other. */
const prune = (chain: string, table: string, more = '') =>
  `create function platform.prune_${chain}(tenant uuid, up_to bigint) returns int language plpgsql security definer set search_path = pg_catalog as $$
  declare pruned int;
  begin
    if not exists (select from platform.chain_checkpoints c join ${table} l on l.tenant_id = c.tenant_id and l.number = c.number and l.hash = c.hash
        where c.tenant_id = tenant and c.chain = '${chain}' and c.number = up_to) then
      raise exception 'no checkpoint of line %', up_to;
    end if;
    ${more}
    delete from ${table} where tenant_id = tenant and number <= up_to;
    get diagnostics pruned = row_count;
    return pruned;
  end $$`;

const PRUNED = ['platform.audit_log', 'platform.ledger', 'platform.cost_shares'];
const READ = [...PRUNED, 'platform.chain_checkpoints'];

export const PlatformChains = migration(
  [
    'create index audit_actor on platform.audit_log (tenant_id, actor, number)',
    'create index audit_subject on platform.audit_log (tenant_id, subject, number)',
    'create index audit_time on platform.audit_log (tenant_id, at)',
    prune('audit', 'platform.audit_log'),
    prune(
      'ledger',
      'platform.ledger',
      'delete from platform.cost_shares where tenant_id = tenant and ledger_number <= up_to;',
    ),
    ...READ.map((table) => `create policy owner_reads on ${table} for select to rae_owner using (true)`),
    ...PRUNED.map((table) => `create policy owner_prunes on ${table} for delete to rae_owner using (true)`),
    'revoke execute on function platform.prune_audit, platform.prune_ledger from public',
    'grant execute on function platform.prune_audit, platform.prune_ledger to rae_worker',
  ],
  [
    ...PRUNED.map((table) => `drop policy owner_prunes on ${table}`),
    ...READ.map((table) => `drop policy owner_reads on ${table}`),
    'drop function platform.prune_ledger',
    'drop function platform.prune_audit',
    'drop index platform.audit_time',
    'drop index platform.audit_subject',
    'drop index platform.audit_actor',
  ],
);
