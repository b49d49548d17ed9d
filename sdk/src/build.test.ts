import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const SDK = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const IMPORTS = /(?:from|import)\s*\(?'([^']+)'/g;

const folder = mkdtempSync(join(tmpdir(), 'rae-sdk-'));
const built = join(folder, 'node_modules/@rae/sdk');
const read = (name: string) => readFileSync(join(built, name), 'utf8');
const importsOf = (name: string) => Array.from(read(name).matchAll(IMPORTS), ([, path = '']) => path);
const node = (...given: string[]) => spawnSync(process.execPath, given, { cwd: folder, encoding: 'utf8' });

/** The modules that one of them needs, with itself. */
function modulesOf(name: string, known = new Set<string>()): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  for (const path of importsOf(name)) modulesOf(join(dirname(name), path), known);
  return known;
}

beforeAll(() => {
  const { status, stdout, stderr } = node(join(SDK, 'scripts/build.mjs'), built);
  if (status !== 0) throw new Error(stdout + stderr);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the built package', () => {
  test('is imported by its name in a plain Node process, and makes a client', () => {
    const program = `import { createClient, MemoryDocument, RaeError } from '@rae/sdk';
      const client = createClient({ url: 'http://127.0.0.1:1', key: 'k', retries: 0 });
      const error = await client.query(MemoryDocument, { id: '1' }).catch((error) => error);
      console.log(error instanceof RaeError, error.code);`;
    expect(node('--no-experimental-strip-types', '--input-type=module', '--eval', program)).toMatchObject({
      stdout: 'true NETWORK_ERROR\n',
      stderr: '',
    });
  });

  test('has a package.json of its own, of the same version, that is ready to be published', () => {
    const { name, version, license } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8'));
    const manifest = JSON.parse(read('package.json'));
    expect(manifest).toMatchObject({ name, version, license, type: 'module', sideEffects: false });
    expect(manifest.exports).toEqual({ '.': { types: './index.d.ts', default: './index.js' } });
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['private']));
    expect(manifest.dependencies ?? {}).toEqual({});
    for (const file of ['README.md', 'LICENSE', 'NOTICE']) expect(read(file)).not.toBe('');
  });

  test('imports nothing but its own files, in code and in types', () => {
    const files = globSync('**/*.{js,d.ts}', { cwd: built });
    expect(files.length).toBeGreaterThan(30);
    for (const file of files)
      for (const path of importsOf(file)) {
        expect({ file, path }).toEqual({ file, path: expect.stringMatching(/^[.].*[.]js$/) });
        expect(files).toContain(join(dirname(file), path));
      }
    expect(files.filter((file) => /test|testing/.test(file))).toEqual([]);
  });

  test('types the README’s samples without Node’s types, under the strictest settings', () => {
    const samples = Array.from(read('README.md').matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);
    const given = `import { createClient } from '@rae/sdk';
      declare global { const process: { env: Record<string, string | undefined> }; const client: ReturnType<typeof createClient>; }`;
    const consumer = join(folder, 'consumer');
    mkdirSync(consumer);
    writeFileSync(join(consumer, 'given.ts'), `${given}\nexport {};\n`);
    samples.forEach((code, index) => {
      const imported = code.includes('import { createClient }') ? '' : "import { createClient } from '@rae/sdk';\n";
      const used = code.includes('createClient(') ? imported : '';
      writeFileSync(join(consumer, `sample-${index}.ts`), `${used}${code}\nexport {};\n`);
    });
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['consumer'] }));
    expect(samples.length).toBeGreaterThan(5);
    expect(node(TSC, '-p', folder)).toMatchObject({ stdout: '', status: 0 });
  });

  test('holds a bare client of under 6 KB, packed and before any minifier, which takes no documents along', () => {
    const modules = [...modulesOf('bare-client.js')];
    expect(modules.filter((name) => name.startsWith('generated/'))).toEqual([]);
    expect(modules).toContain('subscribe.js');
    // what any bundler leaves out: comments, imports, indentation
    const code = modules.map((name) => read(name).replaceAll(/\/\*\*.*?\*\/|^\s*\/\/.*?$|^import .*?;$|^\s+/gms, ''));
    expect(gzipSync(code.join('\n')).length).toBeLessThan(6_000);
  });

  test('makes nothing at import that a bundler has to keep', () => {
    const documents = read('generated/operations.js').match(/^export const \w+ = .*$/gm) ?? [];
    expect(documents.length).toBeGreaterThan(17);
    for (const line of documents) expect(line).toMatch(/= \/\*#__PURE__\*\/ new TypedDocumentString\(`$/);
  });
});
