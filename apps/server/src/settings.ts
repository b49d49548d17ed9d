import type { RateLimitRule } from '@rae/identity';
import { z } from 'zod';

/** One setting: what it takes, what it does, and what stands in .env.example. */
export interface Setting {
  readonly schema: z.ZodType;
  readonly about: string;
  readonly takes: string;
  readonly example: string;
}

const optional = z
  .string()
  .trim()
  .optional()
  .transform((value) => value || null);
const wholeNumber = (least: number, most: number, fallback: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);
const url = (...protocols: string[]) =>
  optional.refine(
    (value) => value === null || (URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1))),
  );
const secret = optional.refine((value) => value === null || value.length >= 32);

export const ROLE_NAMES = ['gateway', 'memory', 'governance', 'worker'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

const isRoleName = (value: string): value is RoleName => ROLE_NAMES.some((role) => role === value);

const roles = z
  .string()
  .default('all')
  .transform((value, issue): readonly RoleName[] => {
    const given = value.split(',').map((role) => role.trim());
    if (given.length === 1 && given[0] === 'all') return ROLE_NAMES;
    const known = given.filter(isRoleName);
    if (known.length < given.length) issue.addIssue('unknown role');
    return known;
  });

const subgraphs = z
  .string()
  .default('')
  .transform((value, issue): Readonly<Record<string, string>> => {
    const pairs = value
      .split(',')
      .map((pair) => pair.trim())
      .filter(Boolean)
      .map((pair) => pair.split(/=(.*)/s));
    if (pairs.some(([name, address]) => !name || !address || !URL.canParse(address))) issue.addIssue('not name=url');
    return Object.fromEntries(pairs.map(([name = '', address = '']) => [name, address]));
  });

const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, day: 86_400 };
const LIMIT = /^([_A-Za-z]\w*)=(\d{1,5})\/(s|min|h|day)$/;
const rateLimits = z
  .string()
  .optional()
  .transform((value, issue): readonly RateLimitRule[] | null => {
    if (value === undefined) return null;
    if (value.trim() === 'off') return [];
    const read = value.split(',').map((part) => LIMIT.exec(part.trim()));
    const rules = read.map((parts) => ({
      operation: parts?.[1] ?? '',
      limit: Number(parts?.[2] ?? 0),
      windowSeconds: SECONDS[parts?.[3] ?? ''] ?? 0,
    }));
    if (rules.some(({ limit }) => limit < 1)) issue.addIssue('not operation=calls/unit');
    return rules;
  });

const UNITS: Readonly<Record<string, number>> = { MB: 2 ** 20, GB: 2 ** 30 };
const fallbackPrice = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,6})?\/\d{1,7}(\.\d{1,6})?$/)
  .default('10/30');

const bytes = z
  .string()
  .regex(/^\d+(MB|GB)$/)
  .optional()
  .transform((value) => (value === undefined ? null : Number.parseInt(value, 10) * (UNITS[value.slice(-2)] ?? 1)));

/** Every setting there is; docs/configuration.md and .env.example are written from here. */
export const SETTINGS = {
  PORT: {
    schema: wholeNumber(0, 65_535, 4_000),
    takes: 'a port, 0 for any free one',
    example: '4000',
    about: 'Where the server listens: GraphQL at /graphql over HTTP, WebSocket and server-sent events.',
  },
  RAE_HOST: {
    schema: z.string().default('127.0.0.1'),
    takes: 'an address of this machine',
    example: '127.0.0.1',
    about: 'The address to listen at; 0.0.0.0 for all, as in a container.',
  },
  RAE_ENV: {
    schema: z.enum(['development', 'production']).default('development'),
    takes: 'development or production',
    example: 'development',
    about: 'In production nothing tells of the schema: no introspection, Sandbox, GraphiQL or suggestions.',
  },
  RAE_DATA_DIR: {
    schema: z.string().min(1).default('.rae/data'),
    takes: 'a folder',
    example: '.rae/data',
    about: 'The embedded database and model files; the first key lies beside it, in `key`.',
  },
  RAE_ADMIN_KEY: {
    schema: optional.refine((value) => value === null || /^rae_[A-Za-z0-9_-]{32,}$/.test(value)),
    takes: 'rae_ and at least 32 letters, digits, - or _',
    example: '',
    about: 'Presets the first key, on the first start only.',
  },
  RAE_INTERNAL_SECRET: {
    schema: secret,
    takes: 'at least 32 characters',
    example: '',
    about:
      'Signs what the parts of RAE tell each other, and list cursors. Made and kept in the data folder when embedded, needed otherwise.',
  },
  RAE_INTERNAL_SECRET_PREVIOUS: {
    schema: secret,
    takes: 'at least 32 characters',
    example: '',
    about:
      'What RAE_INTERNAL_SECRET was before: signatures of the audit log and the ledger under it are believed, and a worker signs them anew.',
  },
  RAE_JWT_SECRET: {
    schema: secret,
    takes: 'at least 32 characters',
    example: '',
    about: 'Takes JWTs signed HS256 with this secret. Not together with RAE_JWT_JWKS_URL.',
  },
  RAE_JWT_JWKS_URL: {
    schema: url('http', 'https'),
    takes: 'an http(s) URL',
    example: '',
    about: 'Takes JWTs signed RS256, ES256 or EdDSA with a key of this set.',
  },
  RAE_JWT_ISSUER: { schema: optional, takes: 'a text', example: '', about: 'The `iss` that a JWT must have.' },
  RAE_JWT_AUDIENCE: { schema: optional, takes: 'a text', example: '', about: 'The `aud` that a JWT must have.' },
  DATABASE_URL: {
    schema: url('postgres', 'postgresql'),
    takes: 'postgres://user:password@host:port/database',
    example: '',
    about: 'Postgres 15 or newer with pgvector 0.8 or newer, in a cluster of its own. Left out: the embedded database.',
  },
  REDIS_URL: {
    schema: url('redis', 'rediss'),
    takes: 'redis://host:port',
    example: '',
    about: 'Redis 7 or newer, for wake-ups between processes. Left out: within this process.',
  },
  ROLES: {
    schema: roles,
    takes: 'all, or some of gateway, memory, governance, worker with commas',
    example: 'all',
    about: 'The parts that run in this process. Parts alone need DATABASE_URL and REDIS_URL.',
  },
  RAE_SUBGRAPHS: {
    schema: subgraphs,
    takes: 'name=url pairs with commas',
    example: '',
    about: 'Where the subgraphs are that do not run in this process, such as memory=http://memory:4000/memory/graphql.',
  },
  RAE_RATE_LIMITS: {
    schema: rateLimits,
    takes: 'off, or limits of root fields with commas, such as createMemory=30/min,searchMemories=60/min,ask=20/min',
    example: '',
    about:
      'How often one key or user may ask, by root field, per s, min, h or day; a tenant may set its own with setRateLimit. The same for every process. Left out: createMemory=3000/min,searchMemories=600/min,ask=60/min in production with DATABASE_URL, else off.',
  },
  RAE_EMBED_MODEL: {
    schema: z
      .string()
      .regex(/^[a-z-]+\/.+$/)
      .default('local/use-lite-int8'),
    takes: 'provider/model with a provider of local, openai, openai-compatible, google, voyage, ollama, transformers',
    example: 'local/use-lite-int8',
    about: 'The embedding model. The default runs in this machine, without a key.',
  },
  RAE_EMBED_DIMENSIONS: {
    schema: z.coerce.number().int().min(16).max(8_192).optional(),
    takes: '16 to 8192',
    example: '',
    about: "Vector size to ask of the embedding model; the model's own when left out.",
  },
  RAE_EMBED_URL: {
    schema: url('http', 'https'),
    takes: 'an http(s) URL',
    example: '',
    about:
      'Where the embedding model is reached; needed for openai-compatible, the usual address of the provider otherwise.',
  },
  RAE_GENERATE_MODEL: {
    schema: optional.refine((value) => value === null || /^[a-z-]+\/.+$/.test(value)),
    takes: 'provider/model with a provider of openai, openai-compatible, anthropic, google, ollama',
    example: '',
    about: 'The language model that writes where none is named. Left out: everything works without one.',
  },
  RAE_GENERATE_URL: {
    schema: url('http', 'https'),
    takes: 'an http(s) URL',
    example: '',
    about: 'Where the language model is reached; needed for openai-compatible, the usual address otherwise.',
  },
  RAE_GENERATE_TIMEOUT_MS: {
    schema: wholeNumber(1_000, 600_000, 120_000),
    takes: 'milliseconds from 1000 to 600000',
    example: '120000',
    about: 'How long the language model is waited for: for a whole text, or for the next piece of a streamed one.',
  },
  RAE_RERANK_MODEL: {
    schema: optional.refine((value) => value === null || /^[a-z-]+\/.+$/.test(value)),
    takes: 'provider/model with a provider of cohere, voyage, openai-compatible, transformers',
    example: '',
    about: 'Judges the best hits of a search once more. Left out: none does.',
  },
  RAE_RERANK_URL: {
    schema: url('http', 'https'),
    takes: 'an http(s) URL',
    example: '',
    about: 'Where the reranker is reached (POST …/rerank, as Jina has it); needed for openai-compatible.',
  },
  OPENAI_API_KEY: {
    schema: optional,
    takes: 'a key',
    example: '',
    about: 'For openai/… and, where it wants one, openai-compatible/….',
  },
  ANTHROPIC_API_KEY: { schema: optional, takes: 'a key', example: '', about: 'For anthropic/….' },
  COHERE_API_KEY: { schema: optional, takes: 'a key', example: '', about: 'For cohere/….' },
  GOOGLE_GENERATIVE_AI_API_KEY: { schema: optional, takes: 'a key', example: '', about: 'For google/….' },
  VOYAGE_API_KEY: { schema: optional, takes: 'a key', example: '', about: 'For voyage/….' },
  RAE_FALLBACK_PRICE: {
    schema: fallbackPrice,
    takes: 'USD per million tokens of input/output, such as 10/30',
    example: '10/30',
    about:
      'What a call costs whose price nobody knows, in tenants whose unpricedPolicy is FALLBACK. Choose it too high rather than too low.',
  },
  RAE_INDEX_MEMORY: {
    schema: bytes,
    takes: 'a number with MB or GB',
    example: '',
    about:
      "What the search indexes of one process may hold; a quarter of the machine's memory when left out. A project whose vectors alone take more leaves them to pgvector and keeps its words in the process.",
  },
  RAE_EVENT_DAYS: {
    schema: wholeNumber(1, 3_650, 30),
    takes: '1 to 3650',
    example: '30',
    about: 'Days that events are kept, and subscriptions can resume from.',
  },
  RAE_ANSWER_DAYS: {
    schema: wholeNumber(1, 3_650, 30),
    takes: '1 to 3650',
    example: '30',
    about: 'Days that an answer knows what it was drawn from; the answer itself stays.',
  },
  RAE_LEDGER_DAYS: {
    schema: wholeNumber(31, 36_500, 730),
    takes: '31 to 36500',
    example: '730',
    about:
      'Days that lines of the ledger are kept. Older ones are pruned behind a signed line, so that verifyLedger holds from there.',
  },
  RAE_AUDIT_DAYS: {
    schema: z.coerce.number().int().min(31).max(36_500).optional(),
    takes: '31 to 36500',
    example: '',
    about: 'Days that lines of the audit log are kept, in the same way; for ever when left out.',
  },
  RAE_ALLOWED_ORIGINS: {
    schema: list,
    takes: 'origins with commas',
    example: '',
    about: "Origins besides the server's own from which browsers may open WebSockets.",
  },
  RAE_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    takes: 'debug, info, warn, error or silent',
    example: 'info',
    about: 'Least level of the log lines on standard error.',
  },
} as const satisfies Record<string, Setting>;
