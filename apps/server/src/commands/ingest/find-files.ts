import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface FoundFile {
  /** With links resolved: a file that is reached twice is one. */
  readonly path: string;
  readonly bytes: number;
}

/** A file that is left out, and why, in one sentence. */
export interface RefusedFile {
  readonly path: string;
  readonly reason: string;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  readonly refused: readonly RefusedFile[];
}

/** Folders that hold no documents of the user's. */
const LEFT_OUT = new Set(['node_modules']);

/** What the system says, in words. */
export function explainSystem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'leads nowhere';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'ELOOP') return 'is a link that leads to itself';
  return `cannot be read (${code || 'unknown'})`;
}

/**
 * All files of a folder and the folders in it, in the order of their names; or the one file. Links are followed, each folder
 * once, so that a link to a folder above ends. Names that begin with a dot and node_modules are left out.
 */
export async function findFiles(start: string): Promise<FoundFiles> {
  const files: FoundFile[] = [];
  const refused: RefusedFile[] = [];
  const seen = new Set<string>();
  const visit = async (given: string): Promise<void> => {
    try {
      const path = await realpath(given);
      if (seen.has(path)) return;
      seen.add(path);
      const found = await stat(path);
      if (found.isDirectory()) await visitAll(path);
      else if (found.isFile()) files.push({ path, bytes: found.size });
      else refused.push({ path, reason: 'is neither a file nor a folder' });
    } catch (error) {
      refused.push({ path: given, reason: explainSystem(error) });
    }
  };
  const visitAll = async (folder: string): Promise<void> => {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.') && !LEFT_OUT.has(name));
    for (const name of names.toSorted()) await visit(join(folder, name));
  };
  await visit(start);
  return { files, refused };
}
