import { auditSource, type ChainSource, keepChain } from '@rae/audit';
import { listTenantIds } from '@rae/identity';
import { ledgerSource } from '@rae/metering';
import { type Platform, systemCaller } from '../platform.ts';

async function keepOne(platform: Platform, tenantId: string, source: ChainSource, days: number | null) {
  const { asWorker, asTenant, signer, clock, logger, metrics } = platform;
  const keeping = { transactAs: asTenant, transactAsWorker: asWorker, signer, now: clock.now() };
  const { chain } = source;
  let kept = await keepChain(keeping, systemCaller(tenantId), source, days);
  while (kept.pruned > 0) kept = await keepChain(keeping, systemCaller(tenantId), source, days);
  if (kept.broken === null) return;
  metrics.count('rae_chain_broken_total', 'Times that a hash chain was found broken', { chain });
  logger.error(
    { tenantId, chain, firstBrokenId: kept.broken },
    'a hash chain does not hold; it is neither signed nor pruned',
  );
}

/** Signs the chains of all tenants once a day and prunes what is older than the settings keep. Any number of processes may. */
export async function keepChains(platform: Platform): Promise<void> {
  const { auditDays, ledgerDays } = platform.config;
  for (const tenantId of await platform.asWorker(listTenantIds)) {
    await keepOne(platform, tenantId, auditSource, auditDays);
    await keepOne(platform, tenantId, ledgerSource, ledgerDays);
  }
}
