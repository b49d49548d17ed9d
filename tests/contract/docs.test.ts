import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md', 'subgraphs/*/README.md', 'sdk/README.md'], { cwd: ROOT });
const schema = buildSchema(read('schema/api.graphql'));

test('.env.example, the configuration and the error reference are what the code says', () => {
  const run = () =>
    execFileSync(process.execPath, [join(ROOT, 'scripts/generate-docs.ts'), '--check'], { stdio: 'pipe' });
  expect(run).not.toThrow();
});

test('the event reference lists exactly the types that the code records', () => {
  const sources = globSync(['packages/*/src/**/*.ts', 'subgraphs/*/src/**/*.ts', 'migrations/*.ts'], {
    cwd: ROOT,
    exclude: ['**/*.test.ts', 'packages/testkit/**'],
  });
  const recorded = new Set(
    sources.flatMap((file) =>
      [
        ...read(file).matchAll(
          /(?:type: |ARCHIVED: |RESTORED: |toBudgetEvent\(|'type', |l\.project_id, )'([a-z]+\.[a-z_]+)'/g,
        ),
      ].map(([, type]) => type),
    ),
  );
  const listed = [...read('docs/reference/events.md').matchAll(/^\| `([a-z]+\.[a-z_]+)`/gm)].map(([, type]) => type);
  expect(listed.sort()).toEqual([...recorded].sort());
});

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  test('has GraphQL samples that the schema takes', () => {
    const samples = [...text.matchAll(/```graphql\n(.*?)```/gs)].map(([, sample = '']) => sample);
    expect(samples.flatMap((sample) => validate(schema, parse(sample)).map(({ message }) => message))).toEqual([]);
  });

  test('names npm scripts that there are', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = [...text.matchAll(/npm (?:run ([a-z:-]+)|(start|test)\b)(?! -w)/g)].map(
      ([, run, own]) => run ?? own ?? '',
    );
    expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
  });
});
