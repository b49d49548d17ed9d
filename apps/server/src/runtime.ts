import type { RequestScope, SubgraphTransport } from '@rae/gateway';
import { createHttpTransport, createInProcessTransport } from '@rae/gateway/transports';
import {
  createAuthenticator,
  createInternalTokens,
  ensureFirstTenant,
  type FirstTenant,
  type InternalTokens,
  type JwtSettings,
  type RateLimits,
} from '@rae/identity';
import { type Clock, type Logger, PlatformError, systemClock } from '@rae/kernel';
import { readSupergraph } from '@rae/schema/supergraph';
import type { Config } from './config.ts';
import { createContext } from './context.ts';
import { settleEmbeddingModel } from './embedding-model.ts';
import { writeKeyFile } from './first-key.ts';
import { type Models, openModels } from './models.ts';
import { deriveSecret, openPlatform, type Platform } from './platform.ts';
import { openRateLimits } from './rate-limits.ts';
import { readReadiness } from './roles/health.ts';
import { serveSubgraphs } from './roles/serve-subgraphs.ts';
import { type RunningSubgraph, runSubgraphs } from './roles/subgraphs.ts';

export interface Runtime {
  /** GraphQL endpoint of the gateway, or the address of the process's subgraphs. */
  readonly url: string;
  readonly firstTenant: FirstTenant;
  readonly platform: Platform;
  /** Null: no part of this process needs any. */
  readonly models: Models | null;
  /** Finishes requests, ends streams so that clients resume, loses no event. Idempotent. */
  stop(): Promise<void>;
}

/** Steps to take back in reverse order, each even if one before it failed. */
function createStack(logger: Logger) {
  const steps: (() => Promise<unknown>)[] = [];
  let done: Promise<void> | null = null;
  const unwind = async () => {
    for (const step of steps.reverse())
      await step().catch((err: unknown) => logger.error({ err }, 'a part did not stop cleanly'));
  };
  return {
    add: (step: () => Promise<unknown>) => void steps.push(step),
    unwind: () => {
      done ??= unwind();
      return done;
    },
  };
}

const toJwt = ({ jwt: { secret, jwksUrl, issuer, audience } }: Config): JwtSettings | null => {
  if (secret) return { secret, issuer, audience };
  return jwksUrl ? { jwksUrl, issuer, audience } : null;
};

/** How the parts of this process reach each subgraph: in the process where it runs here, over HTTP where it does not. */
function connect(
  local: readonly RunningSubgraph[],
  { config, logger }: Platform,
  tokens: InternalTokens,
): SubgraphTransport[] {
  const inProcess = local.map(({ name, schema, server, contextFor }) =>
    createInProcessTransport({ name, schema, server, contextFor, logger }),
  );
  const remote = Object.entries(config.subgraphs).filter(([name]) => !local.some((subgraph) => subgraph.name === name));
  return [
    ...inProcess,
    ...remote.map(([name, url]) =>
      createHttpTransport({ name, url, signToken: (scope: RequestScope) => tokens.sign(scope, name) }),
    ),
  ];
}

/** Loads what the roles of this process need: a part that runs elsewhere takes neither time nor memory here. */
async function loadParts({ roles }: Config): Promise<void> {
  if (roles.has('memory')) await import('@rae/memory-subgraph');
  if (roles.has('governance')) await import('@rae/governance-subgraph');
  if (roles.has('gateway')) await import('@rae/gateway');
  if (roles.has('worker')) await import('./roles/worker.ts');
}

async function openGateway(platform: Platform, transports: readonly SubgraphTransport[], rateLimits: RateLimits) {
  const { config, logger, metrics, transact, clock } = platform;
  const authenticator = createAuthenticator({ transact, clock, logger, jwt: toJwt(config) });
  const readiness = async () => {
    const checks = transports.map(
      async (transport): Promise<[string, string | null]> => [
        transport.name,
        await transport.check().then(
          () => null,
          (error: Error) => error.message,
        ),
      ],
    );
    return { ...(await readReadiness(platform)), ...Object.fromEntries(await Promise.all(checks)) };
  };
  const { createGateway } = await import('@rae/gateway');
  const gateway = await createGateway({
    supergraphSdl: readSupergraph(),
    transports,
    authenticate: authenticator.authenticate,
    watchCredential: authenticator.watchCredential,
    host: config.host,
    port: config.port,
    production: config.production,
    introspection: !config.production,
    rateLimits,
    allowedOrigins: config.allowedOrigins,
    logger,
    metrics,
    readiness,
  });
  return { gateway, authenticator };
}

/**
 * Starts what the settings say: gateway, subgraphs and worker in one process, or parts of them.
 *
 * @param settle refuses a model whose vectors are not those that are stored
 * @throws PlatformError with one sentence that says what is wrong and what to do
 */
export async function createRuntime(
  config: Config,
  logger: Logger,
  clock: Clock = systemClock,
  settle = settleEmbeddingModel,
): Promise<Runtime> {
  const stack = createStack(logger);
  try {
    // The embedded database starts in a thread of its own, and meanwhile this one has nothing else to do.
    const [platform] = await Promise.all([openPlatform(config, logger, clock), loadParts(config)]);
    stack.add(platform.close);
    const firstTenant = await ensureFirstTenant(platform.transact, config.adminKey);
    if (firstTenant.secret && !config.databaseUrl) writeKeyFile(config, firstTenant.secret);
    const needsModel = config.roles.has('memory') || config.roles.has('worker');
    const models = needsModel ? await openModels(platform, firstTenant) : null;
    if (models) stack.add(models.close);
    if (models) await settle(platform, models.embedder);
    const tokens = createInternalTokens(deriveSecret(platform.internalSecret, 'tokens'), clock);
    const transports = new Map<string, SubgraphTransport>();
    const rateLimits = openRateLimits(platform);
    stack.add(rateLimits.close);
    const local = await runSubgraphs(platform, models, rateLimits, (scope) =>
      createContext(platform, transports, scope),
    );
    for (const subgraph of local) stack.add(subgraph.stop);
    for (const transport of connect(local, platform, tokens)) {
      transports.set(transport.name, transport);
      stack.add(transport.close);
    }
    if (config.roles.has('worker') && models) {
      const { startWorker } = await import('./roles/worker.ts');
      stack.add(startWorker(platform, models).stop);
    }
    const url = await listen(platform, local, [...transports.values()], tokens, rateLimits, stack.add);
    return { url, firstTenant, platform, models, stop: stack.unwind };
  } catch (error) {
    await stack.unwind();
    throw error;
  }
}

/** The gateway's address where it runs here; that of the subgraphs, or of health alone, where it does not. */
async function listen(
  platform: Platform,
  local: readonly RunningSubgraph[],
  transports: readonly SubgraphTransport[],
  tokens: InternalTokens,
  rateLimits: RateLimits,
  onStop: (step: () => Promise<unknown>) => void,
): Promise<string> {
  const { config } = platform;
  if (config.roles.has('gateway')) {
    const { gateway, authenticator } = await openGateway(platform, transports, rateLimits).catch(explainPort(config));
    onStop(authenticator.close);
    onStop(gateway.stop);
    return gateway.url;
  }
  const server = await serveSubgraphs(platform, local, tokens).catch(explainPort(config));
  onStop(server.stop);
  return `http://${config.host}:${server.port}`;
}

const explainPort =
  ({ host, port }: Config) =>
  (error: unknown): never => {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EADDRINUSE')
      throw new PlatformError(
        'CONFLICT',
        `Port ${port} of ${host} is taken by another program; stop that one, or set PORT to another.`,
        { setting: 'PORT', retryable: false },
        { cause: error },
      );
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new PlatformError(
        'BAD_USER_INPUT',
        `${host}:${port} cannot be listened at; set RAE_HOST and PORT to an address of this machine.`,
        { setting: 'RAE_HOST' },
        { cause: error },
      );
    throw error;
  };
