import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { badInput, isUuid } from '@rae/kernel';
import type { Client } from '@rae/sdk';
import { withServer } from './connect.ts';
import { runCommand } from './run-command.ts';

const USAGE = 'npm run prompts -- pull|push <folder>';
const ENDING = '.md';
const PAGE = 100;

/** Where a prompt lies and what its newest version is: `<name>.md`, in a folder of the project's id where it has one. */
interface KnownPrompt {
  readonly projectId: string | null;
  readonly name: string;
  readonly template: string;
  readonly version: number;
}

const fileOf = ({ projectId, name }: Pick<KnownPrompt, 'projectId' | 'name'>): string =>
  join(projectId ?? '', `${name}${ENDING}`);

/** All prompts that the key may see, by their file. */
async function readServer(client: Client): Promise<Map<string, KnownPrompt>> {
  const known = new Map<string, KnownPrompt>();
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Awaited<ReturnType<Client['prompts']>> = await client.prompts({ first: PAGE, after });
    for (const { projectId, name, versions } of nodes) {
      const [newest] = versions;
      if (!newest) continue;
      const prompt = { projectId: projectId ?? null, name, template: newest.template, version: newest.version };
      known.set(fileOf(prompt), prompt);
    }
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  } while (after !== null);
  return known;
}

const readIfThere = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

async function pull(client: Client, folder: string): Promise<void> {
  for (const [file, { template, version }] of await readServer(client)) {
    const path = join(folder, file);
    const before = await readIfThere(path);
    if (before !== template) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, template);
    }
    const done = before === null ? 'written' : before === template ? 'unchanged' : 'updated';
    console.log(`${file}  ${done}, version ${version}`);
  }
}

interface PromptFile {
  readonly projectId: string | null;
  readonly name: string;
  readonly path: string;
}

/** The files of a folder and of its folders that have a project's id as their name, in the order of their names. */
async function findFiles(folder: string, projectId: string | null = null): Promise<PromptFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(async (entry): Promise<PromptFile[]> => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return projectId === null && isUuid(entry.name) ? findFiles(path, entry.name) : [];
      return entry.name.endsWith(ENDING) ? [{ projectId, name: entry.name.slice(0, -ENDING.length), path }] : [];
    });
  return (await Promise.all(found)).flat();
}

async function push(client: Client, folder: string): Promise<void> {
  const known = await readServer(client);
  for (const { projectId, name, path } of await findFiles(folder)) {
    const template = await readFile(path, 'utf8');
    const file = relative(folder, path);
    const before = known.get(fileOf({ projectId, name }));
    if (before?.template === template) {
      console.log(`${file}  unchanged, version ${before.version}`);
      continue;
    }
    const { version } = await client.savePromptVersion({ name, template, projectId });
    console.log(`${file}  ${before ? 'saved as' : 'made,'} version ${version.version}, ${version.status}`);
  }
}

const DIRECTIONS = { pull, push };
const isDirection = (word: string): word is keyof typeof DIRECTIONS => Object.hasOwn(DIRECTIONS, word);

/** Prompts as files, for version control: pull writes the newest versions, push saves what has changed as new ones. */
async function prompts(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [direction = '', folder] = positionals;
  if (!isDirection(direction) || !folder || positionals.length > 2) throw badInput('usage', USAGE);
  await withServer(({ client }) => DIRECTIONS[direction](client, folder));
}

await runCommand(USAGE, prompts);
