import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { badInput, isUuid } from '@rae/kernel';
import type { Client } from '@rae/sdk';
import { withServer } from './connect.ts';
import { getProject } from './get-project.ts';
import { findFiles, type RefusedFile } from './ingest/find-files.ts';
import { findKnown, sendFile } from './ingest/send-file.ts';
import { createProgress } from './progress.ts';
import { runCommand } from './run-command.ts';
import { waitForVectors } from './wait-for-vectors.ts';

const USAGE = 'npm run ingest -- <folder or file> [--collection <name>] [--project <name or id>]';
const DEFAULT_COLLECTION = 'default';
const DEFAULT_PROJECT = 'default';
/** Of a run in which some files were refused; 1 is a run that could not go on. */
const SOME_REFUSED = 2;

interface Settings {
  readonly path: string;
  readonly collection: string;
  /** Null: the key's own, or the tenant's project `default`. */
  readonly project: string | null;
}

interface Tally {
  ingested: number;
  unchanged: number;
  chunks: number;
  readonly refused: RefusedFile[];
}

function readSettings(): Settings {
  const { values, positionals } = parseArgs({
    options: { collection: { type: 'string' }, project: { type: 'string' } },
    allowPositionals: true,
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw badInput('ingest', `takes one folder or file: ${USAGE}`);
  return {
    path: resolve(path),
    collection: values.collection ?? DEFAULT_COLLECTION,
    project: values.project ?? null,
  };
}

async function findProject(client: Client, project: string | null): Promise<string> {
  if (isUuid(project)) return project;
  if (project !== null) return getProject(client, project);
  const { project: own } = await client.viewer();
  return own?.id ?? getProject(client, DEFAULT_PROJECT);
}

async function sendFiles(client: Client, projectId: string, { path, collection }: Settings): Promise<Tally> {
  const { files, refused } = await findFiles(path);
  const target = { client, projectId, collection, known: await findKnown(client, projectId, collection) };
  const tally: Tally = { ingested: 0, unchanged: 0, chunks: 0, refused: [...refused] };
  const progress = createProgress('Files', files.length);
  try {
    for (const [at, file] of files.entries()) {
      const outcome = await sendFile(file, target);
      if (outcome.kind === 'refused') tally.refused.push({ path: file.path, reason: outcome.reason });
      else tally[outcome.kind]++;
      if (outcome.kind === 'ingested') tally.chunks += outcome.chunks;
      progress.to(at + 1);
    }
  } finally {
    progress.end();
  }
  return tally;
}

/** One line for each file that is not there. */
function report({ ingested, unchanged, chunks, refused }: Tally, late: number): void {
  for (const { path, reason } of refused) console.error(`refused  ${path}: ${reason}`);
  console.log(`${ingested} files ingested in ${chunks} chunks, ${unchanged} unchanged, ${refused.length} refused.`);
  if (late > 0) console.log(`${late} memories have no vector yet and are found by words alone; it follows by itself.`);
  if (refused.length > 0) process.exitCode = SOME_REFUSED;
}

async function ingest(): Promise<void> {
  const settings = readSettings();
  await withServer(async ({ client }) => {
    const projectId = await findProject(client, settings.project);
    const tally = await sendFiles(client, projectId, settings);
    report(tally, await waitForVectors(client, projectId, null));
  });
}

await runCommand(USAGE, ingest);
