import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = join(ROOT, '.dependency-cruiser.cjs');
const FOLDERS = ['apps', 'gateway', 'subgraphs', 'packages', 'sdk', 'schema', 'migrations', 'tests'];

/** Workspaces of the planted tree, each with an index.ts that exports nothing. */
const WORKSPACES = {
  server: 'apps/server',
  dashboard: 'apps/dashboard',
  gateway: 'gateway',
  sdk: 'sdk',
  migrations: 'migrations',
  graph: 'subgraphs/graph',
  memory: 'subgraphs/memory',
  database: 'packages/database',
  events: 'packages/events',
  kernel: 'packages/kernel',
  llm: 'packages/llm',
  testkit: 'packages/testkit',
};
const NPM = ['@apollo/server', '@mikro-orm/core', 'ai', 'fastify', 'graphql', 'ioredis', 'onnxruntime-node', 'pg'];

/** Files that keep to the rules: what is refused elsewhere is right here. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'apps/server/src/main.ts': ['@rae/gateway', '@rae/graph', '@rae/memory', '@rae/migrations', '@rae/kernel'],
  'apps/dashboard/src/main.ts': ['@rae/sdk'],
  'gateway/src/serve.ts': ['@rae/kernel', '@apollo/server'],
  'packages/database/src/driver.ts': ['@rae/kernel', 'pg', '@mikro-orm/core', 'node:fs'],
  'packages/events/src/redis.ts': ['ioredis'],
  'packages/llm/src/models.ts': ['ai', 'onnxruntime-node'],
  'packages/kernel/src/ids.ts': ['node:crypto'],
  'packages/testkit/src/start.ts': ['@rae/server', 'pg'],
  'subgraphs/memory/src/resolvers/Query/memory.ts': ['../../services/find.ts', '../../loaders.ts', 'graphql'],
  'subgraphs/memory/src/services/find.ts': ['../domain/plan.ts', '../queries/by-id.ts', '@rae/database'],
  'subgraphs/memory/src/domain/plan.ts': ['@rae/kernel', '../engine/codes.ts'],
  'subgraphs/memory/src/engine/codes.ts': ['@rae/kernel', 'node:fs'],
  'subgraphs/memory/src/queries/by-id.ts': ['../entities/memory.ts'],
  'subgraphs/memory/src/entities/memory.ts': ['@mikro-orm/core'],
  'subgraphs/memory/src/loaders.ts': ['./queries/by-id.ts'],
  'subgraphs/memory/src/services/find.test.ts': ['@rae/testkit', '@rae/server', 'pg', 'ioredis'],
  'tests/e2e/memory.test.ts': ['@rae/server', '@rae/memory', 'pg'],
};

/** rule, file, what it imports */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ['nothing-imports-apps', 'gateway/src/bad-1.ts', '@rae/server'],
  ['nothing-imports-apps', 'packages/llm/src/bad-1.ts', '@rae/server'],
  ['apps-stand-alone', 'apps/server/src/bad-1.ts', '@rae/dashboard'],
  ['dashboard-uses-the-sdk', 'apps/dashboard/src/bad-1.ts', '@rae/kernel'],
  ['gateway-knows-no-subgraph', 'gateway/src/bad-2.ts', '@rae/memory'],
  ['sdk-imports-nothing-of-ours', 'sdk/src/bad-1.ts', '@rae/kernel'],
  ['subgraphs-stand-alone', 'subgraphs/memory/src/bad-1.ts', '@rae/graph'],
  ['subgraphs-import-packages', 'subgraphs/memory/src/bad-2.ts', '@rae/gateway'],
  ['packages-import-packages', 'packages/llm/src/bad-2.ts', '@rae/memory'],
  ['kernel-imports-no-package', 'packages/kernel/src/bad-1.ts', '@rae/events'],
  ['no-tests-in-the-product', 'subgraphs/memory/src/bad-3.ts', '@rae/testkit'],
  ['packages-by-name', 'packages/llm/src/bad-3.ts', '../../kernel/src/index.ts'],
  ['nothing-missing', 'packages/llm/src/bad-4.ts', '@rae/kernel/src/index.ts'],
  ['declared-in-package-json', 'packages/llm/src/bad-5.ts', 'undeclared'],
  ['declared-in-package-json', 'packages/llm/src/bad-6.ts', 'only-for-development'],
  ['resolvers-use-services-and-loaders', 'subgraphs/memory/src/resolvers/bad-1.ts', '../queries/by-id.ts'],
  ['resolvers-use-services-and-loaders', 'subgraphs/memory/src/resolvers/bad-2.ts', '../domain/plan.ts'],
  ['services-use-domain-queries-entities-engine', 'subgraphs/memory/src/services/bad-1.ts', '../loaders.ts'],
  ['domain-and-engine-stand-alone', 'subgraphs/memory/src/domain/bad-1.ts', '../entities/memory.ts'],
  ['domain-and-engine-stand-alone', 'subgraphs/memory/src/domain/bad-2.ts', '@rae/database'],
  ['domain-without-io', 'subgraphs/memory/src/domain/bad-3.ts', 'node:fs'],
  ['domain-and-engine-stand-alone', 'subgraphs/memory/src/engine/bad-1.ts', '../queries/by-id.ts'],
  ['kernel-without-io', 'packages/kernel/src/bad-2.ts', 'fastify'],
  ['use-cases-without-graphql', 'subgraphs/memory/src/services/bad-2.ts', 'graphql'],
  ['use-cases-without-graphql', 'subgraphs/memory/src/queries/bad-1.ts', '@apollo/server'],
  ['models-only-in-llm', 'gateway/src/bad-3.ts', 'ai'],
  ['models-only-in-llm', 'apps/server/src/bad-2.ts', 'onnxruntime-node'],
  ['database-driver-only-in-database', 'subgraphs/memory/src/queries/bad-2.ts', 'pg'],
  ['database-driver-only-in-database', 'packages/events/src/bad-1.ts', '@mikro-orm/core'],
  ['redis-only-in-events', 'gateway/src/bad-4.ts', 'ioredis'],
];
/** A cruise takes 1 s, several times that beside the rest of the tests. */
const TIMEOUT_MS = 60_000;

const CYCLE = { 'packages/llm/src/a.ts': ['./b.ts'], 'packages/llm/src/b.ts': ['./a.ts'] };

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

function cruise(folder: string, globs: readonly string[]): Violation[] {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const options = ['--config', CONFIG, '--output-type', 'json', ...globs];
  const output = execFileSync(process.execPath, [program, ...options], { cwd: folder, maxBuffer: 2 ** 28 });
  return JSON.parse(output.toString()).summary.violations;
}

function write(folder: string, path: string, text: string) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function plantTree(folder: string) {
  const workspaces = Object.values(WORKSPACES);
  const dependencies = Object.fromEntries(NPM.map((name) => [name, '1.0.0']));
  const devDependencies = { 'only-for-development': '1.0.0' };
  write(folder, 'package.json', JSON.stringify({ type: 'module', workspaces, dependencies, devDependencies }));
  for (const [name, path] of Object.entries(WORKSPACES)) {
    write(folder, `${path}/package.json`, JSON.stringify({ name: `@rae/${name}`, exports: './src/index.ts' }));
    write(folder, `${path}/src/index.ts`, 'export {};\n');
    mkdirSync(join(folder, 'node_modules/@rae'), { recursive: true });
    symlinkSync(join(folder, path), join(folder, `node_modules/@rae/${name}`));
  }
  for (const name of [...NPM, 'undeclared', 'only-for-development']) {
    write(folder, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'dist/index.js' }));
    write(folder, `node_modules/${name}/dist/index.js`, '');
  }
  for (const [path, names] of [...Object.entries(ALLOWED), ...Object.entries(CYCLE)])
    write(folder, path, names.map((name) => `import '${name}';\n`).join(''));
  // A type from another room counts like a value.
  for (const [, path, name] of REFUSED) write(folder, path, `import type { Thing } from '${name}';\n`);
}

describe('the rules of who may import whom', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rae-dependency-rules-'));
  let found: Violation[] = [];

  beforeAll(() => {
    plantTree(folder);
    found = cruise(folder, ['**/src/**/*.ts', 'tests/**/*.ts']);
  }, TIMEOUT_MS);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(REFUSED)('%s refuses %s the import of %s', (rule, path) => {
    expect(found.filter(({ from }) => from === path).map((violation) => violation.rule.name)).toContain(rule);
  });

  test('no-cycles refuses two files that import each other', () => {
    expect(found.filter(({ rule }) => rule.name === 'no-cycles').map(({ from }) => from)).toContain(
      'packages/llm/src/a.ts',
    );
  });

  test('a file that keeps to the rules is not refused', () => {
    expect(found.filter(({ from }) => from in ALLOWED)).toEqual([]);
  });

  test('every rule has a planted violation here', () => {
    const { forbidden } = createRequire(import.meta.url)(CONFIG);
    const planted = new Set([...REFUSED.map(([rule]) => rule), 'no-cycles']);
    expect(forbidden.map(({ name }: { name: string }) => name).sort()).toEqual([...planted].sort());
  });

  test(
    'the platform itself breaks none of them',
    () => {
      const broken = cruise(ROOT, [...FOLDERS.map((name) => `${name}/**/*.ts`), 'scripts/**/*.mjs']);
      expect(broken.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
