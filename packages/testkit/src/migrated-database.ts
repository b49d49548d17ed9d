import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';

const NAME = 'RAE_TEST_TEMPLATE';
const MIGRATE = new URL('../../../apps/server/src/commands/migrate.ts', import.meta.url).pathname;

export const isDistributed = (): boolean => Boolean(process.env.DATABASE_URL && process.env.REDIS_URL);

export interface OwnDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** The address of another database of the cluster, for the platform or for its superuser. */
function addressOf(name: string, base = process.env.DATABASE_URL ?? ''): string {
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.href;
}

async function asAdmin(statement: string, name?: string): Promise<void> {
  const admin = process.env.DATABASE_ADMIN_URL ?? process.env.DATABASE_URL ?? '';
  const client = new pg.Client(name === undefined ? admin : addressOf(name, admin));
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** @param template whose copy it is; null: an empty one */
async function createDatabase(template: string | null): Promise<OwnDatabase & { readonly name: string }> {
  const name = `rae_${randomBytes(6).toString('hex')}`;
  const { username } = new URL(process.env.DATABASE_URL ?? '');
  await asAdmin(`create database ${name} owner ${username} ${template ? `template ${template}` : ''}`);
  if (!template) await asAdmin('create extension if not exists vector', name);
  return { name, url: addressOf(name), drop: () => asAdmin(`drop database if exists ${name} with (force)`) };
}

async function createAndMigrate() {
  const database = await createDatabase(null);
  const secret = randomBytes(32).toString('base64url'); // asked for with DATABASE_URL
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, RAE_INTERNAL_SECRET: secret };
  await promisify(execFile)(process.execPath, [MIGRATE], { env });
  return database;
}

/** A database of one's own with all migrations: a copy of the one that is made once a run, where there is a run. */
export const createMigrated = (): Promise<OwnDatabase> => {
  const template = process.env[NAME];
  return template ? createDatabase(template) : createAndMigrate();
};

/** Jest's globalSetup of what starts installations on Postgres: makes the database that theirs are copies of. */
export async function startMigratedDatabase(): Promise<() => Promise<void>> {
  const { name, drop } = await createAndMigrate();
  process.env[NAME] = name;
  return drop;
}
