import type { Clock } from '@rae/kernel';
import { full, otherInput } from './refusals.ts';
import { WORKING_CAP, WORKING_KEY_MS, type WorkingMemory, type WorkingStore } from './working-store.ts';

interface Tenant {
  readonly memories: Map<string, WorkingMemory>;
  readonly calls: Map<string, { readonly hash: string; readonly ids: readonly string[]; readonly until: number }>;
}

const PIECE = 500;
const SWEEP_MS = 60_000;

export interface InProcessOptions {
  readonly clock: Clock;
  /** Memories of one tenant; the contract's when left out. */
  readonly cap?: number;
}

/** WORKING memories of this process alone; they end with it. */
export function createInProcessWorkingStore({ clock, cap = WORKING_CAP }: InProcessOptions): WorkingStore {
  const tenants = new Map<string, Tenant>();
  const isThere = ({ expiresAt }: WorkingMemory) => expiresAt > clock.now();

  function sweep(tenantId: string, { memories, calls }: Tenant): void {
    const now = clock.now().getTime();
    for (const [id, { expiresAt }] of memories) if (expiresAt.getTime() <= now) memories.delete(id);
    for (const [key, { until }] of calls) if (until <= now) calls.delete(key);
    if (memories.size === 0 && calls.size === 0) tenants.delete(tenantId);
  }

  function tenantOf(tenantId: string): Tenant {
    const tenant = tenants.get(tenantId) ?? { memories: new Map(), calls: new Map() };
    tenants.set(tenantId, tenant);
    return tenant;
  }

  const timer = setInterval(() => {
    for (const [tenantId, tenant] of tenants) sweep(tenantId, tenant);
  }, SWEEP_MS);
  timer.unref();

  return {
    async put(tenantId, memories, call) {
      const known = tenants.get(tenantId);
      if (known && known.memories.size + memories.length > cap) sweep(tenantId, known);
      const tenant = tenantOf(tenantId);
      const before = call ? tenant.calls.get(call.key) : undefined;
      if (call && before && before.until > clock.now().getTime()) {
        if (before.hash !== call.hash) throw otherInput(call.key);
        return before.ids;
      }
      if (tenant.memories.size + memories.length > cap) throw full(tenant.memories.size, cap);
      const ids = memories.map(({ id }) => id);
      for (const memory of memories) tenant.memories.set(memory.id, memory);
      if (call) tenant.calls.set(call.key, { hash: call.hash, ids, until: clock.now().getTime() + WORKING_KEY_MS });
      return ids;
    },
    async find(tenantId, ids) {
      const held = tenants.get(tenantId)?.memories;
      return ids.flatMap((id) => held?.get(id) ?? []).filter(isThere);
    },
    async *list(tenantId, { projectId, sessionId }) {
      const held = [...(tenants.get(tenantId)?.memories.values() ?? [])];
      const wanted = held.filter(
        (memory) =>
          (projectId === null || memory.projectId === projectId) &&
          (sessionId === null || memory.sessionId === sessionId) &&
          isThere(memory),
      );
      for (let at = 0; at < wanted.length; at += PIECE) yield wanted.slice(at, at + PIECE);
    },
    async replace(tenantId, before, next) {
      const held = tenants.get(tenantId)?.memories;
      if (held?.get(before.id)?.version !== before.version || !isThere(before)) return false;
      held.set(next.id, next);
      return true;
    },
    async remove(tenantId, memories) {
      for (const { id } of memories) tenants.get(tenantId)?.memories.delete(id);
    },
    async close() {
      clearInterval(timer);
      tenants.clear();
    },
  };
}
