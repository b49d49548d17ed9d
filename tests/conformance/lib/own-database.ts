import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** Where a database is that no other test uses, for what touches all its tenants: days, epochs, floors, migrations. */
export interface OwnDatabase {
  /** Null: embedded, in `folder`. */
  readonly url: string | null;
  readonly folder: string;
  drop(): Promise<void>;
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same cluster, another database. */
export function inDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

/** An empty database beside that of DATABASE_URL, of the same owner, or an empty folder. */
export async function createOwnDatabase(): Promise<OwnDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'rae-own-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  const shared = process.env.DATABASE_URL;
  if (!shared) return { url: null, folder, drop: removeFolder };
  const admin = process.env.DATABASE_ADMIN_URL ?? shared;
  const name = `own_${randomBytes(6).toString('hex')}`;
  await withClient(admin, (client) => client.query(`create database ${name} owner ${new URL(shared).username}`));
  await withClient(inDatabase(admin, name), (client) => client.query('create extension if not exists vector'));
  const drop = async () => {
    await withClient(admin, (client) => client.query(`drop database ${name} with (force)`));
    await removeFolder();
  };
  return { url: inDatabase(shared, name), folder, drop };
}
