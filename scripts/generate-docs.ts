// Writes what the documentation says of the code from the code: .env.example, docs/reference/configuration.md and
// docs/reference/errors.md. With --check only tells whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { ERROR_CODES, type ErrorCode } from '@rae/kernel';
import { SETTINGS } from '../apps/server/src/settings.ts';

const ROOT = new URL('..', import.meta.url);

const MEANING: Readonly<Record<ErrorCode, string>> = {
  BAD_USER_INPUT:
    'A value is wrong. `details.field` names it as you wrote it, with the limit and what was given. Correct it.',
  UNAUTHENTICATED: 'No credential, or one that is not in force. Send `Authorization: Bearer …` with a key or token.',
  FORBIDDEN:
    'The credential is in force, but its roles or binding do not reach that far; `details` says what is needed.',
  NOT_FOUND: 'There is no such thing that you may see. Ids of other tenants answer the same.',
  CONFLICT: 'It does not go together with what is there. Try again where `retryable` is true.',
  IDEMPOTENCY_CONFLICT: 'The idempotencyKey was used for other input. Take a new key.',
  PAYLOAD_TOO_LARGE: 'The request is larger than is taken; `details.limit` says how much is.',
  UNSUPPORTED_MEDIA_TYPE: 'The content type is not taken. Send `application/json`.',
  RATE_LIMITED: 'Too many requests; `details.resetsAt` and `Retry-After` say when to come back.',
  BUDGET_EXCEEDED: 'A budget does not cover the call; `details` names it, what is used and when it resets.',
  QUERY_TOO_COMPLEX:
    'Too deep, too many tokens, aliases, directives or root fields; `details` says which, the limit and what was given.',
  CURSOR_EXPIRED:
    'Events after this cursor are no longer kept. Read the present state, then subscribe without `after`.',
  MODEL_UNAVAILABLE: 'A model does not answer, or answers wrongly. Try again.',
  DEPENDENCY_UNAVAILABLE:
    'A part of RAE, or what it stands on, does not answer. Try again; repeat writes under the same idempotencyKey.',
  TIMEOUT: 'It took too long. Try again, or ask for less.',
  CANCELLED: 'It was given up because the client went away, or somebody cancelled it.',
  INTERNAL: 'Something went wrong on our side. The message tells nothing on purpose; `traceId` finds it in the log.',
};

const errors = (): string => `# Errors

Every error carries \`extensions: { code, retryable, details, traceId }\`. A request that fails as a whole answers with the HTTP
status below; an error of one field leaves the others as they are, with status 200. \`retryable\` in an answer may differ
from the table where the case is known better.

| code | HTTP | retryable | what it means, and what to do |
|---|---|---|---|
${Object.entries(MEANING)
  .map(([code, meaning]) => {
    const { status, retryable } = ERROR_CODES[code as ErrorCode]; // the keys of MEANING are the codes
    return `| ${code} | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} |`;
  })
  .join('\n')}

\`\`\`json
{
  "errors": [{
    "message": "input.content: holds 65537 characters; at most 65536 are allowed",
    "path": ["createMemory"],
    "extensions": {
      "code": "BAD_USER_INPUT",
      "retryable": false,
      "details": { "field": "input.content", "limit": 65536, "given": 65537 },
      "traceId": "4bf92f3577b34da6a3ce929d0e0e4736"
    }
  }]
}
\`\`\`
`;

const defaultOf = (name: string, schema: (typeof SETTINGS)[keyof typeof SETTINGS]['schema']): string => {
  const read = schema.safeParse(undefined);
  const value = read.success ? read.data : null;
  if (name === 'ROLES') return 'all';
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
    ? ''
    : String(value);
};

const configuration = (): string => `# Configuration

Settings are environment variables, read once at the start. A wrong value stops the start with the name of the setting and
what it takes. An empty value counts as left out. \`.env.example\` lists them all; load one with
\`node --env-file=.env apps/server/src/main.ts\`.

| setting | takes | when left out | what it does |
|---|---|---|---|
${Object.entries(SETTINGS)
  .map(
    ([name, { takes, about, schema }]) =>
      `| \`${name}\` | ${takes} | ${defaultOf(name, schema) ? `\`${defaultOf(name, schema)}\`` : ''} | ${about} |`,
  )
  .join('\n')}

Commands (\`npm run demo\`, \`eval\`) also read \`RAE_URL\` (\`http://127.0.0.1:4000/graphql\` when left out) and \`RAE_KEY\` (the key
file beside the data folder when left out). OpenTelemetry takes its own standard variables, such as
\`OTEL_EXPORTER_OTLP_ENDPOINT\`; with none of them set nothing is sent anywhere.
`;

const example = (): string => `# Every setting of RAE; uncomment what you change. Written from the code: npm run docs
${Object.entries(SETTINGS)
  .map(([name, { about, takes, example: value }]) => `\n# ${about}\n# Takes ${takes}.\n# ${name}=${value}`)
  .join('\n')}
`;

const FILES: Readonly<Record<string, () => string>> = {
  '.env.example': example,
  'docs/reference/configuration.md': configuration,
  'docs/reference/errors.md': errors,
};

const check = process.argv.includes('--check');
for (const [path, write] of Object.entries(FILES)) {
  const file = new URL(path, ROOT);
  if (!check) writeFileSync(file, write());
  else if (readFileSync(file, 'utf8') !== write()) {
    console.error(`${path} does not say what the code does: run \`npm run docs\` and commit it.`);
    process.exitCode = 1;
  }
}
