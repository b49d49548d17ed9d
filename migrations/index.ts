import { readdirSync } from 'node:fs';
import type { Migration } from '@mikro-orm/migrations';

type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration;

/** The one that a file of this folder exports. They are loaded to be run alone: a start that finds nothing to do needs their names. */
async function load(name: string): Promise<MigrationClass> {
  const exported: Readonly<Record<string, MigrationClass>> = await import(`./${name}.ts`);
  const [only, ...more] = Object.values(exported);
  if (!only || more.length > 0) throw new Error(`migrations/${name}.ts must export one migration and nothing else.`);
  return only;
}

/** All migrations, oldest first: the files of this folder that begin with a time. A name never changes once it has run somewhere. */
export const migrations = readdirSync(import.meta.dirname)
  .filter((file) => /^\d{14}_.*\.ts$/.test(file))
  .sort()
  .map((file) => file.slice(0, -'.ts'.length))
  .map((name) => ({ name, load: () => load(name) }));
