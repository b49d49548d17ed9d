import { type Logger, PlatformError } from '@rae/kernel';
import { Redis } from 'ioredis';
import { readWorking } from './read-working.ts';
import { PUT, REPLACE } from './redis-scripts.ts';
import { full, otherInput } from './refusals.ts';
import {
  WORKING_CAP,
  WORKING_KEY_MS,
  type WorkingMemory,
  type WorkingScope,
  type WorkingStore,
} from './working-store.ts';

export interface RedisWorkingOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Memories of one tenant; the contract's when left out. */
  readonly cap?: number;
}

const PIECE = 500;
const ANSWER_MS = 2_000;

/** The braces keep all keys of a tenant in one slot of a cluster. */
const keysOf = (tenantId: string) => {
  const prefix = `rae:working:{${tenantId}}`;
  return {
    all: `${prefix}:all`,
    memory: (id: string) => `${prefix}:m:${id}`,
    call: (key: string) => `${prefix}:k:${key}`,
    /** Ids by when they end: those of a project, and those of its sessions. */
    list: ({ projectId, sessionId }: WorkingScope) =>
      projectId === null
        ? `${prefix}:all`
        : sessionId === null
          ? `${prefix}:p:${projectId}`
          : `${prefix}:s:${projectId}:${sessionId}`,
  };
};

function connect({ url, logger }: RedisWorkingOptions): Redis {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, commandTimeout: ANSWER_MS });
  let away = false;
  redis.on('error', (err) => {
    if (!away) logger.warn({ err }, 'Redis does not answer: WORKING memories wait for it');
    away = true;
  });
  redis.on('ready', () => {
    away = false;
  });
  return redis;
}

/** A Redis that is away is told as such; its client goes on trying. */
async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new PlatformError(
      'DEPENDENCY_UNAVAILABLE',
      'Redis, which holds the WORKING memories, does not answer.',
      {},
      { cause },
    );
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** WORKING memories in Redis, seen by every process; each ends there by itself, and a lost Redis loses them. */
export function createRedisWorkingStore(options: RedisWorkingOptions): WorkingStore {
  const redis = connect(options);
  const cap = options.cap ?? WORKING_CAP;

  const read = async (tenantId: string, ids: readonly string[]): Promise<WorkingMemory[]> => {
    if (ids.length === 0) return [];
    const { memory } = keysOf(tenantId);
    const texts = await answered(redis.mget(ids.map(memory)));
    return texts.flatMap((text) => (text === null ? [] : readWorking(text)));
  };
  /** The lists that a memory stands in, after the tenant's own. */
  const listsOf = (tenantId: string, { projectId, sessionId }: WorkingMemory): string[] => {
    const { list } = keysOf(tenantId);
    const project = list({ projectId, sessionId: null });
    return sessionId === null ? [project] : [project, list({ projectId, sessionId })];
  };

  return {
    async put(tenantId, memories, call) {
      const keys = keysOf(tenantId);
      const ids = memories.map(({ id }) => id);
      const lists = [...new Set(memories.flatMap((memory) => listsOf(tenantId, memory)))];
      const rows = memories.map((memory) => ({
        id: memory.id,
        text: JSON.stringify(memory),
        until: memory.expiresAt.getTime(),
        lists: listsOf(tenantId, memory),
      }));
      const names = [keys.all, keys.call(call?.key ?? ''), ...ids.map(keys.memory), ...lists];
      const kept = call ? JSON.stringify({ hash: call.hash, ids }) : '';
      const values = [Date.now(), cap, kept, WORKING_KEY_MS, JSON.stringify(rows)];
      const answer = await answered(redis.eval(PUT, names.length, ...names, ...values));
      const [state, detail] = Array.isArray(answer) ? answer : [];
      if (state === 'FULL') throw full(Number(detail), cap);
      if (state !== 'KNOWN' || !isText(detail)) return ids;
      const before: { hash: string; ids: string[] } = JSON.parse(detail);
      if (before.hash !== call?.hash) throw otherInput(call?.key ?? '');
      return before.ids;
    },
    find: read,
    async *list(tenantId, scope) {
      const ids = await answered(redis.zrangebyscore(keysOf(tenantId).list(scope), Date.now(), '+inf'));
      for (let at = 0; at < ids.length; at += PIECE) {
        const found = await read(tenantId, ids.slice(at, at + PIECE));
        yield scope.sessionId === null ? found : found.filter(({ sessionId }) => sessionId === scope.sessionId);
      }
    },
    async replace(tenantId, before, next) {
      const keys = keysOf(tenantId);
      const names = [keys.memory(before.id), keys.all, ...listsOf(tenantId, before)];
      const values = [JSON.stringify(before), JSON.stringify(next), next.expiresAt.getTime(), next.id];
      return (await answered(redis.eval(REPLACE, names.length, ...names, ...values))) === 1;
    },
    async remove(tenantId, memories) {
      const keys = keysOf(tenantId);
      const removal = redis.multi();
      for (const memory of memories) {
        removal.del(keys.memory(memory.id)).zrem(keys.all, memory.id);
        for (const list of listsOf(tenantId, memory)) removal.zrem(list, memory.id);
      }
      await answered(removal.exec());
    },
    close: async () => redis.disconnect(),
  };
}
