import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';

const SUBGRAPHS = fileURLToPath(new URL('../../subgraphs', import.meta.url));

const PAGES = ['README.md', 'schema.graphql', 'src/index.ts'];
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  '.': ['README.md', 'package.json', 'schema.graphql', 'src', 'node_modules'],
  src: 'index.ts loaders.ts resolvers services domain engine queries entities jobs subscribers'.split(' '),
  'src/resolvers': ['Query', 'Mutation', 'Subscription'],
};

/** In `src/resolvers` beside the three folders, each type has a file; a test lies beside what it tests. */
const isKnown = (room: string, name: string) =>
  (ROOMS[room] ?? []).includes(name.replace('.test.ts', '.ts')) ||
  (room === 'src/resolvers' && /^[A-Z]\w*([.]test)?[.]ts$|^index[.]ts$/.test(name));

function findProblems(subgraph: string): string[] {
  const missing = PAGES.filter((page) => !existsSync(join(subgraph, page))).map((page) => `${page} is missing`);
  const unknown = Object.keys(ROOMS)
    .filter((room) => existsSync(join(subgraph, room)))
    .flatMap((room) =>
      readdirSync(join(subgraph, room))
        .filter((name) => !isKnown(room, name))
        .map((name) => `${join(room, name)} is no room of a subgraph`),
    );
  return [...missing, ...unknown];
}

describe('the layout of a subgraph', () => {
  const planted = mkdtempSync(join(tmpdir(), 'rae-layout-'));
  afterAll(() => rmSync(planted, { recursive: true }));

  const plant = (name: string, ...files: string[]) => {
    const folder = join(planted, name);
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
    return findProblems(folder);
  };

  test('every subgraph has its three pages and no unknown room', () => {
    const problems = readdirSync(SUBGRAPHS).flatMap((name) =>
      findProblems(join(SUBGRAPHS, name)).map((problem) => `${name}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  test('README.md, schema.graphql and src/index.ts are each missed', () => {
    expect(plant('empty', 'package.json')).toEqual(PAGES.map((page) => `${page} is missing`));
  });

  test('a folder that is no room is refused, in the subgraph, in src and in src/resolvers', () => {
    const strangers = ['lib/x.ts', 'src/utils/x.ts', 'src/misc.ts', 'src/resolvers/Other/x.ts'];
    expect(plant('strange', ...PAGES, ...strangers)).toEqual([
      'lib is no room of a subgraph',
      'src/misc.ts is no room of a subgraph',
      'src/utils is no room of a subgraph',
      'src/resolvers/Other is no room of a subgraph',
    ]);
  });

  test('every room of the layout is accepted', () => {
    const rooms = ['services', 'domain', 'engine', 'queries', 'entities', 'jobs', 'subscribers'];
    const resolvers = ['Query/memory.ts', 'Mutation/archiveMemory.ts', 'Subscription/memoryCreated.ts', 'Memory.ts'];
    const files = [
      ...rooms.map((room) => `src/${room}/x.ts`),
      ...resolvers.map((name) => `src/resolvers/${name}`),
      'src/loaders.ts',
      'src/loaders.test.ts',
    ];
    expect(plant('whole', ...PAGES, ...files)).toEqual([]);
  });
});
