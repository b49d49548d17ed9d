import { totalmem } from 'node:os';
import type { RateLimitRule } from '@rae/identity';
import { PlatformError } from '@rae/kernel';
import { z } from 'zod';
import { ROLE_NAMES, type RoleName, SETTINGS } from './settings.ts';

const shape = Object.fromEntries(Object.entries(SETTINGS).map(([name, { schema }]) => [name, schema])) as {
  // fromEntries forgets which schema belongs to which name
  [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]['schema'];
};
const Environment = z.object(shape);

/** All switches, read once; nothing else reads the environment. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly production: boolean;
  readonly dataFolder: string;
  readonly adminKey: string | null;
  readonly internalSecret: string | null;
  readonly previousSecret: string | null;
  readonly jwt: {
    readonly secret: string | null;
    readonly jwksUrl: string | null;
    readonly issuer: string | null;
    readonly audience: string | null;
  };
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly roles: ReadonlySet<RoleName>;
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly embedding: {
    readonly model: string;
    readonly dimensions?: number;
    readonly baseUrl?: string;
    readonly apiKey?: string;
  };
  /** Null: no language model, no reranker. */
  readonly generation: { readonly model: string | null; readonly baseUrl: string | null; readonly timeoutMs: number };
  readonly reranking: { readonly model: string | null; readonly baseUrl: string | null };
  /** By the provider's name in `provider/model`. */
  readonly providerKeys: Readonly<Record<string, string | null>>;
  /** Of every tenant that sets nothing else; empty: off; null: as the mode has it. */
  readonly rateLimits: readonly RateLimitRule[] | null;
  /** USD per million tokens, for calls whose price nobody knows. */
  readonly fallbackPrice: { readonly input: string; readonly output: string };
  readonly indexBytes: number;
  readonly eventDays: number;
  readonly ledgerDays: number;
  /** Null: for ever. */
  readonly auditDays: number | null;
  readonly answerDays: number;
  readonly allowedOrigins: readonly string[];
  readonly logLevel: string;
}

const wrong = (name: string, sentence: string) =>
  new PlatformError('BAD_USER_INPUT', `${name} ${sentence}`, { setting: name });

function checkTogether(config: Config): Config {
  const { roles, databaseUrl, redisUrl, internalSecret, jwt } = config;
  if (roles.size < ROLE_NAMES.length && !(databaseUrl && redisUrl))
    throw wrong('ROLES', 'names parts alone, which need DATABASE_URL and REDIS_URL; set both, or leave ROLES out.');
  if (databaseUrl && !internalSecret)
    throw wrong(
      'RAE_INTERNAL_SECRET',
      'is needed with DATABASE_URL: at least 32 characters, the same for every process.',
    );
  if (jwt.secret && jwt.jwksUrl)
    throw wrong('RAE_JWT_SECRET', 'and RAE_JWT_JWKS_URL exclude each other; set one of them.');
  const missing = roles.has('gateway')
    ? ['memory', 'governance'].filter((name) => !roles.has(name as RoleName) && !config.subgraphs[name])
    : [];
  if (missing.length > 0)
    throw wrong(
      'RAE_SUBGRAPHS',
      `must say where ${missing.join(' and ')} is, such as ${missing[0]}=http://${missing[0]}:4000/${missing[0]}/graphql.`,
    );
  return config;
}

/** `10/30`: USD per million tokens of input and of output. */
function readRates(text: string): Config['fallbackPrice'] {
  const [input = '', output = ''] = text.split('/');
  return { input, output };
}

/**
 * Reads the settings.
 *
 * @param environment names and values; those of the process when left out. An empty value counts as left out
 * @throws BAD_USER_INPUT naming the setting, what it takes and what was given (secrets are not repeated)
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const read = Environment.safeParse(given);
  if (!read.success) {
    const name = String(read.error.issues[0]?.path[0]);
    const setting = Object.entries(SETTINGS).find(([known]) => known === name)?.[1];
    const shown = /KEY|SECRET|URL/.test(name) ? 'what was given' : `“${given[name]}”`;
    throw wrong(name, `takes ${setting?.takes ?? 'something else'}; ${shown} is not that.`);
  }
  const env = read.data;
  const apiKeys: Readonly<Record<string, string | null>> = {
    openai: env.OPENAI_API_KEY,
    'openai-compatible': env.OPENAI_API_KEY,
    anthropic: env.ANTHROPIC_API_KEY,
    cohere: env.COHERE_API_KEY,
    google: env.GOOGLE_GENERATIVE_AI_API_KEY,
    voyage: env.VOYAGE_API_KEY,
  };
  const apiKey = apiKeys[env.RAE_EMBED_MODEL.split('/')[0] ?? ''];
  return checkTogether({
    host: env.RAE_HOST,
    port: env.PORT,
    production: env.RAE_ENV === 'production',
    dataFolder: env.RAE_DATA_DIR,
    adminKey: env.RAE_ADMIN_KEY,
    internalSecret: env.RAE_INTERNAL_SECRET,
    previousSecret: env.RAE_INTERNAL_SECRET_PREVIOUS,
    jwt: {
      secret: env.RAE_JWT_SECRET,
      jwksUrl: env.RAE_JWT_JWKS_URL,
      issuer: env.RAE_JWT_ISSUER,
      audience: env.RAE_JWT_AUDIENCE,
    },
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    roles: new Set(env.ROLES),
    subgraphs: env.RAE_SUBGRAPHS,
    embedding: {
      model: env.RAE_EMBED_MODEL,
      ...(env.RAE_EMBED_DIMENSIONS ? { dimensions: env.RAE_EMBED_DIMENSIONS } : {}),
      ...(env.RAE_EMBED_URL ? { baseUrl: env.RAE_EMBED_URL } : {}),
      ...(apiKey ? { apiKey } : {}),
    },
    generation: {
      model: env.RAE_GENERATE_MODEL,
      baseUrl: env.RAE_GENERATE_URL,
      timeoutMs: env.RAE_GENERATE_TIMEOUT_MS,
    },
    reranking: { model: env.RAE_RERANK_MODEL, baseUrl: env.RAE_RERANK_URL },
    providerKeys: apiKeys,
    rateLimits: env.RAE_RATE_LIMITS,
    fallbackPrice: readRates(env.RAE_FALLBACK_PRICE),
    indexBytes: env.RAE_INDEX_MEMORY ?? Math.floor(totalmem() / 4),
    eventDays: env.RAE_EVENT_DAYS,
    ledgerDays: env.RAE_LEDGER_DAYS,
    auditDays: env.RAE_AUDIT_DAYS ?? null,
    answerDays: env.RAE_ANSWER_DAYS,
    allowedOrigins: env.RAE_ALLOWED_ORIGINS,
    logLevel: env.RAE_LOG_LEVEL,
  });
}
