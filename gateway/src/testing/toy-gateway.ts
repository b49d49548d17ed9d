import { setTimeout as wait } from 'node:timers/promises';
import { composeServices } from '@apollo/composition';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { type Caller, type Logger, PlatformError, type Role } from '@rae/kernel';
import { createErrorFormatter, createMetrics, type Metrics } from '@rae/telemetry';
import { parse } from 'graphql';
import { createGateway, type Gateway } from '../create-gateway.ts';
import type { GatewayOptions } from '../options.ts';
import type { RequestScope } from '../scope.ts';
import type { SubgraphTransport } from '../transport.ts';
import { createHttpTransport } from '../transports/http.ts';
import { createInProcessTransport } from '../transports/in-process.ts';
import { ITEMS_SDL, OWNERS_SDL } from './toy-schemas.ts';
import { startToyServer, type ToyServer } from './toy-server.ts';
import { createToySchema, createToyWorld, type ToyContext, type ToyWorld } from './toy-world.ts';

export type ToyMode = 'in process' | 'over HTTP';
export const TOY_MODES: readonly ToyMode[] = ['in process', 'over HTTP'];
const NAMES = ['items', 'owners'];

/** Composes toy subgraphs. */
export function composeToys(itemsSdl = ITEMS_SDL, ownersSdl = OWNERS_SDL): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'items', url: 'http://items', typeDefs: parse(itemsSdl) },
    { name: 'owners', url: 'http://owners', typeDefs: parse(ownersSdl) },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

export function callerOf(actor: string, roles: readonly Role[], tenantId = 't1'): Caller {
  return { tenantId, actor, roles, projectId: null, apiKeyId: null, agentId: null, userId: null, sessionId: null };
}

/** Keys of the toy gateway: `Authorization: Bearer <name>`. */
const CALLERS: Readonly<Record<string, Caller>> = {
  reader: callerOf('key:reader', ['READER']),
  agent: callerOf('key:agent', ['AGENT']),
  admin: callerOf('key:admin', ['ADMIN']),
  stranger: callerOf('key:stranger', ['ADMIN'], 't2'),
};

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** A logger that keeps its lines. */
export function createTestLogger(): Logger & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
  const logger = { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return { ...logger, child: () => ({ ...logger, child: () => createTestLogger() }) };
}

/** Keys that can be revoked; watchers hear of it at once. */
function createKeys() {
  const revoked = new Set<string>();
  const watchers = new Set<{ actor: string; onEnd: (reason: PlatformError) => void }>();
  const refusal = () => new PlatformError('UNAUTHENTICATED', 'The key is not valid, or not valid any more.');
  return {
    watchers,
    async authenticate(authorization: string | null): Promise<Caller> {
      const name = authorization?.match(/^Bearer (\w+)$/)?.[1] ?? '';
      if (name === 'away') throw new PlatformError('DEPENDENCY_UNAVAILABLE', 'The keys cannot be read now.');
      const caller = CALLERS[name];
      if (!caller || revoked.has(caller.actor)) throw refusal();
      return caller;
    },
    watchCredential({ actor }: Caller, onEnd: (reason: PlatformError) => void) {
      const watcher = { actor, onEnd };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    revoke(name: string) {
      const actor = `key:${name}`;
      revoked.add(actor);
      for (const watcher of [...watchers]) if (watcher.actor === actor) watcher.onEnd(refusal());
    },
  };
}

export interface Toy {
  readonly gateway: Gateway;
  readonly world: ToyWorld;
  readonly keys: ReturnType<typeof createKeys>;
  readonly logger: ReturnType<typeof createTestLogger>;
  readonly metrics: Metrics;
  /** Scopes that transports were asked with. */
  readonly scopes: RequestScope[];
  /** Queries that a subgraph was sent, by its name. */
  readonly fetches: { subgraph: string; query: string; variables: Record<string, unknown> }[];
  /** Drops the server of a subgraph as a crash does. */
  kill(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  stop(): Promise<void>;
}

export interface ToyOptions extends Partial<GatewayOptions> {
  readonly mode?: ToyMode;
  readonly world?: ToyWorld;
  readonly itemsSdl?: string;
  readonly timeoutMs?: number;
}

function createLocal(name: string, world: ToyWorld, logger: Logger, itemsSdl?: string): SubgraphTransport {
  const schema = createToySchema(name, world, itemsSdl);
  const plugins = [ApolloServerPluginInlineTraceDisabled()];
  const formatError = createErrorFormatter(logger);
  const server = new ApolloServer<ToyContext>({ schema, plugins, formatError, stopOnTerminationSignals: false });
  const contextFor = ({ caller, traceparent, signal }: RequestScope) => {
    const context = { actor: caller.actor, traceparent, signal };
    world.contexts.push(context);
    return context;
  };
  return createInProcessTransport({ name, server, schema, contextFor, logger });
}

const createRemote = (name: string, url: string, timeoutMs = 10_000) =>
  createHttpTransport({ name, url, signToken: async ({ caller }) => `internal ${name} ${caller.actor}`, timeoutMs });

export interface ToyTransport {
  readonly transport: SubgraphTransport;
  /** Fetches that have reached the subgraph. */
  started(): number;
  stop(): Promise<void>;
}

/** One toy subgraph and a transport to it. */
export async function createToyTransport(
  mode: ToyMode,
  name: string,
  world: ToyWorld,
  logger: Logger,
): Promise<ToyTransport> {
  const started = () => world.contexts.length;
  if (mode === 'in process') {
    const transport = createLocal(name, world, logger);
    return { transport, started, stop: transport.close };
  }
  const server = await startToyServer({ name, schema: createToySchema(name, world), world, logger });
  const transport = createRemote(name, server.url);
  const stop = async () => {
    await transport.close();
    await server.kill();
  };
  return { transport, started, stop };
}

/** A gateway over the toy subgraphs, in one process or over HTTP. */
export async function startToy(options: ToyOptions = {}): Promise<Toy> {
  const { mode = 'in process', world = createToyWorld(), itemsSdl, timeoutMs, ...overrides } = options;
  const logger = createTestLogger();
  const metrics = createMetrics();
  const keys = createKeys();
  const servers = new Map<string, ToyServer>();
  const [scopes, fetches]: [RequestScope[], Toy['fetches']] = [[], []];
  const start = async (name: string, port?: number) => {
    const schema = createToySchema(name, world, itemsSdl);
    const base = { name, schema, world, logger };
    servers.set(name, await startToyServer({ ...base, ...(port ? { port } : {}) }));
  };
  if (mode === 'over HTTP') await Promise.all(NAMES.map((name) => start(name)));
  const make = (name: string): SubgraphTransport => {
    const server = servers.get(name);
    return server ? createRemote(name, server.url, timeoutMs) : createLocal(name, world, logger, itemsSdl);
  };
  const transports = NAMES.map((name) => watched(make(name), scopes, fetches));
  const gateway = await createGateway({
    supergraphSdl: composeToys(),
    transports,
    authenticate: keys.authenticate,
    watchCredential: keys.watchCredential,
    host: '127.0.0.1',
    port: 0,
    production: false,
    introspection: true,
    logger,
    metrics,
    readiness: async () => ({}),
    ...overrides,
  });
  const ports = new Map([...servers].map(([name, server]) => [name, server.port]));
  return {
    gateway,
    world,
    keys,
    logger,
    metrics,
    scopes,
    fetches,
    async kill(name) {
      await servers.get(name)?.kill();
      servers.delete(name);
    },
    restart: (name) => start(name, ports.get(name)),
    async stop() {
      await gateway.stop();
      for (const transport of transports) await transport.close();
      for (const server of servers.values()) await server.kill();
    },
  };
}

function watched(transport: SubgraphTransport, scopes: RequestScope[], fetches: Toy['fetches']): SubgraphTransport {
  const note = (request: { query: string; variables?: Readonly<Record<string, unknown>> }, scope: RequestScope) => {
    scopes.push(scope);
    fetches.push({ subgraph: transport.name, query: request.query, variables: { ...request.variables } });
  };
  return {
    ...transport,
    execute(request, scope) {
      note(request, scope);
      return transport.execute(request, scope);
    },
    subscribe(request, scope) {
      note(request, scope);
      return transport.subscribe(request, scope);
    },
  };
}

/** Waits for something that happens by itself, for at most 30 s, since tests share their machine. */
export async function eventually<T>(
  what: string,
  read: () => T | Promise<T>,
  holds: (value: T) => boolean,
): Promise<T> {
  const until = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > until) throw new Error(`${what} did not happen within 30 s; it is ${JSON.stringify(value)}`);
    await wait(5);
  }
}
