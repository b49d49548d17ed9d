import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { badInput } from '@rae/kernel';
import type { Client } from '@rae/sdk';
import { withServer } from './connect.ts';
import { type Base, baseOf, decidePull, decidePush, type Newest } from './prompts/decide.ts';
import { fileOf, findFiles, type PromptFile, readBases, readIfThere, write, writeBases } from './prompts/folder.ts';
import { runCommand } from './run-command.ts';

const USAGE = 'npm run prompts -- pull|push <folder> [--force]';
const PAGE = 100;

/** What both directions work on. `tell` says what was done with a file; a conflict makes the exit code 1. */
interface Work {
  readonly client: Client;
  readonly folder: string;
  /** The newest versions that the key may see, by their file. */
  readonly newest: ReadonlyMap<string, Newest>;
  readonly bases: Map<string, Base>;
  /** What is there on the other side is replaced, conflict or not. */
  readonly force: boolean;
}

async function readNewest(client: Client): Promise<Map<string, Newest>> {
  const known = new Map<string, Newest>();
  let after: string | null = null;
  do {
    const { nodes, pageInfo }: Awaited<ReturnType<Client['prompts']>> = await client.prompts({ first: PAGE, after });
    for (const { projectId, name, versions } of nodes) {
      const [newest] = versions;
      if (newest) known.set(fileOf({ projectId: projectId ?? null, name }), newest);
    }
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  } while (after !== null);
  return known;
}

function tellConflict(file: string, sentence: string): void {
  console.log(`${file}  conflict: ${sentence}`);
  process.exitCode = 1;
}

async function pullFile({ folder, bases, force }: Work, file: string, newest: Newest): Promise<void> {
  const decided = decidePull(await readIfThere(join(folder, file)), newest, bases.get(file));
  const done = force && (decided === 'KEPT' || decided === 'CONFLICT') ? 'UPDATED' : decided;
  if (done === 'KEPT') return console.log(`${file}  kept as it was changed here, since version ${newest.version}`);
  bases.set(file, baseOf(newest));
  if (done === 'WRITTEN' || done === 'UPDATED') await write(folder, file, newest.template);
  if (done !== 'CONFLICT') return console.log(`${file}  ${done.toLowerCase()}, version ${newest.version}`);
  await write(folder, `${file}.theirs`, newest.template);
  tellConflict(
    file,
    `changed here and on the server, whose version ${newest.version} is in ${file}.theirs; merge it, push`,
  );
}

async function pull(work: Work): Promise<void> {
  for (const [file, newest] of work.newest) await pullFile(work, file, newest);
}

async function pushFile({ client, folder, newest, bases, force }: Work, place: PromptFile): Promise<void> {
  const file = fileOf(place);
  const template = (await readIfThere(join(folder, file))) ?? '';
  const before = newest.get(file);
  const decided = decidePush(template, before, bases.get(file));
  const done = force && (decided === 'BEHIND' || decided === 'CONFLICT') ? 'SAVED' : decided;
  if (done === 'BEHIND') return console.log(`${file}  unchanged here; pull version ${before?.version}`);
  if (done === 'CONFLICT')
    return tellConflict(file, `version ${before?.version} of the server is not in it; pull first`);
  if (done === 'UNCHANGED' && before) {
    bases.set(file, baseOf(before));
    return console.log(`${file}  unchanged, version ${before.version}`);
  }
  const { version } = await client.savePromptVersion({ ...place, template });
  bases.set(file, baseOf(version));
  console.log(`${file}  ${before ? 'saved as' : 'made,'} version ${version.version}, ${version.status}`);
}

async function push(work: Work): Promise<void> {
  for (const place of await findFiles(work.folder)) await pushFile(work, place);
}

const DIRECTIONS = { pull, push };
const isDirection = (word: string): word is keyof typeof DIRECTIONS => Object.hasOwn(DIRECTIONS, word);

/**
 * Prompts as files, for version control: pull writes the newest versions, push saves what has changed as new ones. What was
 * changed on both sides is left alone and told, unless --force says that the side it comes from is right.
 */
async function prompts(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { force: { type: 'boolean' } } });
  const [direction = '', folder] = positionals;
  if (!isDirection(direction) || !folder || positionals.length > 2) throw badInput('usage', USAGE);
  await withServer(async ({ client }) => {
    const bases = await readBases(folder);
    const work = { client, folder, newest: await readNewest(client), bases, force: values.force ?? false };
    await DIRECTIONS[direction](work).finally(() => writeBases(folder, bases));
  });
}

await runCommand(USAGE, prompts);
