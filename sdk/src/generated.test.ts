import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildSchema, isObjectType, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import * as sdk from './index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = join(ROOT, 'scripts/generate-sdk.mjs');
const SCHEMA = 'schema/api.graphql';
const OPERATIONS = 'sdk/operations/memory.graphql';

const run = (...options: string[]) => spawnSync(process.execPath, [SCRIPT, ...options], { encoding: 'utf8' });

describe('the generated operations', () => {
  test('are what the schema and sdk/operations make', () => {
    expect(run('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('are valid against the API, each with its fragments, and each is a method of the client', () => {
    const schema = buildSchema(readFileSync(join(ROOT, SCHEMA), 'utf8'));
    const documents = Object.entries(sdk).filter(([name]) => name.endsWith('Document'));
    const client = sdk.createClient({ url: '/graphql', key: 'k' });
    expect(documents.length).toBeGreaterThanOrEqual(18);
    for (const [name, document] of documents) {
      expect(validate(schema, parse(String(document)))).toEqual([]);
      expect(client).toHaveProperty(name.charAt(0).toLowerCase() + name.slice(1, -'Document'.length));
    }
  });

  test('select every field of the API, but edges, whose cursors and nodes a page has itself, and what leads a page back', () => {
    const schema = buildSchema(readFileSync(join(ROOT, SCHEMA), 'utf8'));
    const types = Object.values(schema.getTypeMap()).filter(isObjectType);
    const wanted = types
      .filter(({ name }) => !name.startsWith('__') && !name.endsWith('Edge'))
      .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
      .filter((field) => !/Connection\.edges$|^PageInfo\.(hasPreviousPage|startCursor)$/.test(field));
    const selected = new Set<string>();
    const info = new TypeInfo(schema);
    const Field = () => {
      const parent = info.getParentType();
      const owners = parent && !isObjectType(parent) ? schema.getPossibleTypes(parent) : [parent];
      for (const owner of owners) selected.add(`${owner?.name}.${info.getFieldDef()?.name}`);
    };
    for (const [name, document] of Object.entries(sdk))
      if (name.endsWith('Document')) visit(parse(String(document)), visitWithTypeInfo(info, { Field }));
    expect(wanted.filter((field) => !selected.has(field))).toEqual([]);
  });

  test('know where their idempotencyKey stands: in the input, beside it, or nowhere', () => {
    const paths = [sdk.CreateMemoryDocument, sdk.CreateMemoriesDocument, sdk.DeleteMemoryDocument].map(
      ({ __meta__ }) => __meta__.idempotencyKey,
    );
    expect(paths).toEqual([['input', 'idempotencyKey'], ['idempotencyKey'], undefined]);
  });
});

describe('scripts/generate-sdk.mjs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rae-generate-'));
    for (const path of [SCHEMA, 'sdk/operations', 'sdk/src/generated'])
      cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const edit = (path: string, from: string, to: string) => {
    const file = join(folder, path);
    const before = readFileSync(file, 'utf8');
    expect(before).toContain(from);
    writeFileSync(file, before.replace(from, to));
  };

  test('--check fails on a file that is not up to date, and leaves it as it is', () => {
    edit(OPERATIONS, 'tookMs', '__typename');
    const file = join(folder, 'sdk/src/generated/operations.ts');
    const before = readFileSync(file, 'utf8');
    const { status, stderr } = run('--check', folder);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'sdk/src/generated/operations.ts is not up to date: run node scripts/generate-sdk.mjs\n',
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('writes the files anew where there are none', () => {
    rmSync(join(folder, 'sdk/src/generated'), { recursive: true });
    expect(run(folder)).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['operations.ts', 'methods.ts'])
      expect(readFileSync(join(folder, 'sdk/src/generated', name), 'utf8')).toBe(
        readFileSync(join(ROOT, 'sdk/src/generated', name), 'utf8'),
      );
  });

  test.each([
    [
      'a new root field without an operation',
      SCHEMA,
      'type Query {',
      'type Query { news: String',
      'no operation for Query.news',
    ],
    [
      'an operation of another name',
      OPERATIONS,
      'mutation DeleteMemory',
      'mutation Forget',
      'Forget has to select the one root field',
    ],
    ['an argument that is not taken', OPERATIONS, ', reason: $reason', '', 'ArchiveMemory has to take reason'],
    [
      'an argument of another variable',
      OPERATIONS,
      'reason: $reason',
      'reason: $id',
      'ArchiveMemory has to take reason',
    ],
    ['a field that is not there', OPERATIONS, 'tookMs', 'took', 'Cannot query field "took"'],
  ])('refuses %s, and says which', (_, path, from, to, words) => {
    edit(path, from, to);
    const { status, stderr } = run(folder);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
  });
});
