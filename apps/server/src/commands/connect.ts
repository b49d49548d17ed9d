import { readFileSync } from 'node:fs';
import { isPlatformError, PlatformError } from '@rae/kernel';
import { type Client, createClient, NetworkError, UnauthenticatedError } from '@rae/sdk';
import { createLogger } from '@rae/telemetry';
import { type Config, readConfig } from '../config.ts';
import { keyFile } from '../first-key.ts';

/** A server to talk to. */
export interface Server {
  readonly url: string;
  readonly client: Client;
  /** True when no server ran and this command started one, which ends with it. */
  readonly startedHere: boolean;
}

interface Address {
  readonly url: string;
  /** The key that was made when a server was started here for the first time; null: it is known otherwise. */
  readonly key: string | null;
  readonly startedHere: boolean;
  readonly stop: () => Promise<void>;
}

interface KnownKey {
  readonly key: string;
  /** Where it is from, to say so when it is refused. */
  readonly from: string;
}

/** Longest wait for a server that should be on this machine. */
const PROBE_MS = 2_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Settings of commands alone. */
interface CommandSettings {
  /** RAE_URL: the server to talk to; null: the one of this machine. */
  readonly url: string | null;
  /** RAE_KEY: the key to send; null: the one in the key file. */
  readonly key: string | null;
}

function readSettings(): CommandSettings {
  // biome-ignore lint/style/noProcessEnv: the settings of commands alone, read here and nowhere else
  const { RAE_URL = '', RAE_KEY = '' } = process.env;
  const url = RAE_URL.trim() || null;
  if (url !== null && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)))
    throw new PlatformError(
      'BAD_USER_INPUT',
      `RAE_URL takes the http(s) address of a GraphQL endpoint, such as http://127.0.0.1:4000/graphql; “${url}” is not that.`,
      { setting: 'RAE_URL' },
    );
  const key = RAE_KEY.trim() || null;
  if (key !== null && !/^[\x21-\x7e]+$/.test(key))
    throw new PlatformError('BAD_USER_INPUT', 'RAE_KEY takes a key, without spaces or line ends.', {
      setting: 'RAE_KEY',
    });
  return { url, key };
}

/** Where `npm start` listens with these settings. */
const ownUrl = ({ host, port }: Config): string =>
  `http://${['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host}:${port}/graphql`;

async function isRunning(url: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/health/live', url), { signal: AbortSignal.timeout(PROBE_MS) });
    const body: unknown = await answer.json();
    return answer.ok && typeof body === 'object' && body !== null && 'status' in body && body.status === 'ok';
  } catch {
    return false;
  }
}

/** Only the server may open the data folder, so a folder in use has a server that listens somewhere else. */
const explainFolder =
  (url: string) =>
  (error: unknown): never => {
    if (isPlatformError(error) && error.details.setting === 'RAE_DATA_DIR')
      throw new PlatformError(
        'CONFLICT',
        `A server has the data folder, but none answers at ${url}; set RAE_URL to where it listens.`,
        { setting: 'RAE_URL' },
        { cause: error },
      );
    throw error;
  };

async function startHere(config: Config, url: string): Promise<Address> {
  const { createRuntime } = await import('../runtime.ts'); // half of a command's start, and most often a server runs
  const runtime = await createRuntime({ ...config, host: '127.0.0.1', port: 0 }, createLogger('warn')).catch(
    explainFolder(url),
  );
  return { url: runtime.url, key: runtime.firstTenant.secret, startedHere: true, stop: runtime.stop };
}

async function findServer(config: Config, settings: CommandSettings): Promise<Address> {
  const running = { key: null, startedHere: false, stop: async () => {} };
  if (settings.url !== null) return { ...running, url: settings.url };
  const url = ownUrl(config);
  if (!config.roles.has('gateway'))
    throw new PlatformError('BAD_USER_INPUT', 'RAE_URL is not set, and ROLES names no gateway; set RAE_URL to one.', {
      setting: 'RAE_URL',
    });
  return (await isRunning(url)) ? { ...running, url } : startHere(config, url);
}

const noKey = (sentence: string, cause?: unknown) => new PlatformError('UNAUTHENTICATED', sentence, {}, { cause });

function readKeyFile(config: Config): KnownKey {
  const file = keyFile(config);
  try {
    return { key: readFileSync(file, 'utf8').trim(), from: file };
  } catch (cause) {
    throw noKey(`There is no key in ${file}; set RAE_KEY, or stop the server and run \`npm run key\`.`, cause);
  }
}

/** The key file is of the embedded server on this machine: it is never sent to another. */
function findKey(config: Config, settings: CommandSettings, { url, key }: Address): KnownKey {
  if (settings.key !== null) return { key: settings.key, from: 'RAE_KEY' };
  if (key !== null) return { key, from: 'this start' };
  if (!LOOPBACK.has(new URL(url).hostname)) throw noKey(`RAE_KEY is not set; give it a key of the server at ${url}.`);
  if (config.databaseUrl === null) return readKeyFile(config);
  if (config.adminKey !== null) return { key: config.adminKey, from: 'RAE_ADMIN_KEY' };
  throw noKey('RAE_KEY is not set; give it a key, or make one with `npm run key`.');
}

/** Asks once who is asking, so that a wrong address or key is told as such and not by the first thing that fails. */
async function checkAccess(client: Client, { url }: Address, { from }: KnownKey): Promise<void> {
  try {
    await client.viewer();
  } catch (error) {
    if (error instanceof NetworkError)
      throw new PlatformError(
        'DEPENDENCY_UNAVAILABLE',
        `No RAE answers at ${url}. ${error.message}`,
        {},
        { cause: error },
      );
    if (error instanceof UnauthenticatedError)
      throw noKey(`The server at ${url} does not take the key of ${from}. ${error.message}`, error);
    throw error;
  }
}

/**
 * Finds the server at RAE_URL, or where the settings have it, or starts one in this process when none runs, and stops that one
 * at the end.
 *
 * @throws DEPENDENCY_UNAVAILABLE when none answers; UNAUTHENTICATED when there is no key, or the server does not take it
 */
export async function withServer(work: (server: Server) => Promise<void>): Promise<void> {
  const config = readConfig();
  const settings = readSettings();
  const address = await findServer(config, settings);
  try {
    const known = findKey(config, settings, address);
    const client = createClient({ url: address.url, key: known.key });
    await checkAccess(client, address, known);
    await work({ url: address.url, client, startedHere: address.startedHere });
  } finally {
    await address.stop();
  }
}
