import type { Transaction } from '@rae/kernel';
import { loadTariff, type Tariff } from './queries/load-tariff.ts';

const MOST = 1_000;

/** What is kept of tenants' own prices. An admission says the version that it was priced by; an old one is refused there. */
export interface KeptTariffs {
  /** @param read opens a transaction of that tenant, where nothing is kept or `fresh` is true */
  get(
    tenantId: string,
    fresh: boolean,
    read: (work: (tx: Transaction) => Promise<Tariff>) => Promise<Tariff>,
  ): Promise<Tariff>;
}

export function createTariffs(): KeptTariffs {
  const kept = new Map<string, Tariff>();
  return {
    async get(tenantId, fresh, read) {
      const known = kept.get(tenantId);
      if (known && !fresh) return known;
      const tariff = await read(loadTariff);
      if (kept.size >= MOST) kept.clear();
      kept.set(tenantId, tariff);
      return tariff;
    },
  };
}
