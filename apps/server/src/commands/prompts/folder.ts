import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { badInput, isUuid } from '@rae/kernel';
import { z } from 'zod';
import type { Base } from './decide.ts';

const ENDING = '.md';
/** Which version each file is, kept beside the files so that it goes under version control with them. */
const BASES = 'versions.json';
const Bases = z.record(z.string(), z.object({ version: z.number().int(), hash: z.string() }));

/** A prompt's place: `<name>.md`, in a folder of the project's id where it has one. */
export interface PromptFile {
  readonly projectId: string | null;
  readonly name: string;
}

export const fileOf = ({ projectId, name }: PromptFile): string => join(projectId ?? '', `${name}${ENDING}`);

export const readIfThere = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

export async function write(folder: string, file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

/** @throws BAD_USER_INPUT where the file of versions is not as this command writes it */
export async function readBases(folder: string): Promise<Map<string, Base>> {
  const text = await readIfThere(join(folder, BASES));
  try {
    return new Map(Object.entries(Bases.parse(JSON.parse(text ?? '{}'))));
  } catch {
    throw badInput(BASES, `of ${folder} is not as this command writes it; mend it, or delete it and pull`);
  }
}

export async function writeBases(folder: string, bases: ReadonlyMap<string, Base>): Promise<void> {
  if (bases.size > 0) await write(folder, BASES, `${JSON.stringify(Object.fromEntries([...bases].sort()), null, 2)}\n`);
}

/** The files of a folder and of its folders that have a project's id as their name, in the order of their names. */
export async function findFiles(folder: string, projectId: string | null = null): Promise<PromptFile[]> {
  const entries = await readdir(join(folder, projectId ?? ''), { withFileTypes: true });
  const found = entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(async (entry): Promise<PromptFile[]> => {
      if (entry.isDirectory()) return projectId === null && isUuid(entry.name) ? findFiles(folder, entry.name) : [];
      return entry.name.endsWith(ENDING) ? [{ projectId, name: entry.name.slice(0, -ENDING.length) }] : [];
    });
  return (await Promise.all(found)).flat();
}
