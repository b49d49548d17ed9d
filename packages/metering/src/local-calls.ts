import { SYSTEM_CALLER, type Transact, WORKER_SCOPE } from '@rae/database';
import { type Clock, type Logger, NO_CAUSE, type Spend, uuidv7 } from '@rae/kernel';
import { localPrice } from './prices/price.ts';
import {
  addLocalUsage,
  appendLocalLines,
  findLocalTenants,
  type LocalUsage,
  takeLocalUsage,
} from './queries/local-usage.ts';

/** A call of a model that runs on this machine. */
export interface LocalCall {
  readonly provider: string;
  readonly model: string;
  /** 1 when left out. */
  readonly calls?: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Gathers calls of LOCAL models: they are many, cost nothing, and must not cost a transaction each. */
export interface LocalCalls {
  record(spend: Pick<Spend, 'caller' | 'projectId' | 'operation'>, call: LocalCall): void;
  /** Adds what this process has counted to what all have. */
  flush(): Promise<void>;
  /** Writes the line of each project, model, operation and minute that is over for long enough that nobody adds to it. */
  writeLines(): Promise<void>;
}

const MINUTE_MS = 60_000;
/** Processes flush every few seconds; what comes later gets a line of its own. */
const SETTLED_MS = 30_000;
const TENANTS_AT_ONCE = 100;

const scopeOf = (tenantId: string) =>
  ({ role: 'rae_app', caller: { ...SYSTEM_CALLER, tenantId }, cause: NO_CAUSE }) as const;

const floorToMinute = (at: Date) => new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);

const toLine = (tenantId: string, { minute, projectId, ...used }: LocalUsage, now: Date) => ({
  tenant_id: tenantId,
  id: uuidv7(now.getTime()),
  kind: 'CALL',
  project_id: projectId,
  operation: used.operation,
  provider: used.provider,
  model: used.model,
  input_tokens: used.inputTokens,
  output_tokens: used.outputTokens,
  cached_input_tokens: 0,
  cache_write_tokens: 0,
  reasoning_tokens: 0,
  calls: used.calls,
  priced: true,
  cost_nano: 0,
  price: localPrice(used.provider, used.model),
  cache_hit: false,
  saved_nano: 0,
  estimated: false,
  tags: [],
  metadata: {},
  occurred_at: minute,
  created_at: now,
});

export function createLocalCalls(transact: Transact, clock: Clock, logger: Logger): LocalCalls {
  let counted = new Map<string, LocalUsage & { tenantId: string }>();
  const add = (tenantId: string, used: LocalUsage): void => {
    const key = [tenantId, used.projectId, used.provider, used.model, used.operation, used.minute.getTime()].join(' ');
    const before = counted.get(key);
    counted.set(key, {
      ...used,
      tenantId,
      calls: used.calls + (before?.calls ?? 0),
      inputTokens: used.inputTokens + (before?.inputTokens ?? 0),
      outputTokens: used.outputTokens + (before?.outputTokens ?? 0),
    });
  };
  return {
    record({ caller, projectId, operation }, { provider, model, calls = 1, inputTokens, outputTokens }) {
      const minute = floorToMinute(clock.now());
      add(caller.tenantId, { projectId, provider, model, operation, minute, calls, inputTokens, outputTokens });
    },
    async flush() {
      const taken = [...counted.values()];
      counted = new Map();
      for (const tenantId of new Set(taken.map((used) => used.tenantId))) {
        const used = taken.filter((one) => one.tenantId === tenantId);
        try {
          await transact.once(scopeOf(tenantId), (tx) => addLocalUsage(tx, used));
        } catch (err) {
          logger.warn({ err, tenant: tenantId }, 'calls of local models are not counted yet; they are kept for later');
          for (const one of used) add(tenantId, one);
        }
      }
    },
    async writeLines() {
      const until = new Date(clock.now().getTime() - MINUTE_MS - SETTLED_MS);
      const due = await transact.once(WORKER_SCOPE, (tx) => findLocalTenants(tx, until, TENANTS_AT_ONCE));
      for (const { tenantId } of due)
        await transact(scopeOf(tenantId), async (tx) => {
          const used = await takeLocalUsage(tx, until);
          if (used.length > 0)
            await appendLocalLines(
              tx,
              used.map((one) => toLine(tenantId, one, tx.now)),
            );
        });
    },
  };
}
