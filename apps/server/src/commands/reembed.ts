import { ensureFirstTenant } from '@rae/identity';
import { type Embedder, isPlatformError, PlatformError, systemClock } from '@rae/kernel';
import { reembed } from '@rae/memory-subgraph';
import { createLogger } from '@rae/telemetry';
import { type Config, readConfig } from '../config.ts';
import { vectorsOf } from '../embedding-model.ts';
import { openModels } from '../models.ts';
import { openPlatform, type Platform } from '../platform.ts';
import { createRuntime } from '../runtime.ts';
import { runCommand } from './run-command.ts';

/** What the vectors are made with. */
interface Host {
  readonly platform: Platform;
  readonly embedder: Embedder;
  readonly stop: () => Promise<void>;
}

/** A run hears of itself no more often. */
const SAY_EVERY_MS = 2_000;

/** Servers of the old model run on: theirs are the searches. */
async function openBeside(config: Config): Promise<Host> {
  const platform = await openPlatform(config, createLogger('warn'), systemClock);
  const models = await openModels(platform, await ensureFirstTenant(platform.transact, config.adminKey));
  const stop = async () => {
    await models.close();
    await platform.close();
  };
  return { platform, embedder: models.embedder, stop };
}

/** Nobody else can open the embedded database meanwhile, so this process answers searches itself. */
async function openServing(config: Config): Promise<Host> {
  const runtime = await createRuntime(config, createLogger('warn'), systemClock, async () => {}).catch(explainFolder);
  if (!runtime.models) throw new Error('a whole server has models');
  console.error(`Searches are answered meanwhile at ${runtime.url}, by words until the vectors are made.`);
  return { platform: runtime.platform, embedder: runtime.models.embedder, stop: runtime.stop };
}

const explainFolder = (error: unknown): never => {
  if (isPlatformError(error) && error.details.setting === 'RAE_DATA_DIR')
    throw new PlatformError(
      'CONFLICT',
      `${error.message} Stop the server first: this command answers searches itself.`,
      error.details,
      { cause: error },
    );
  throw error;
};

async function reembedAll(): Promise<void> {
  const config = readConfig();
  const host = await (config.databaseUrl === null ? openServing(config) : openBeside(config));
  const { embedder } = host;
  let saidAt = Date.now();
  const say = (seen: number) => {
    if (Date.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = Date.now();
    console.error(`Vectors    ${seen} memories`);
  };
  try {
    const { made, before } = await reembed(vectorsOf(host.platform, embedder), say);
    console.log(
      `All vectors are of ${embedder.id} with ${embedder.dimensions} dimensions now; ${made} were made just now.`,
    );
    if (before !== embedder.id)
      console.log(`They were of ${before}. Servers that still run with it must be started anew.`);
  } finally {
    await host.stop();
  }
}

await runCommand('npm run reembed', reembedAll);
