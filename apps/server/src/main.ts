import { isPlatformError } from '@rae/kernel';
import { createLogger, flushTraces } from '@rae/telemetry';
import { readConfig } from './config.ts';
import { describeKey } from './first-key.ts';
import { createRuntime, type Runtime } from './runtime.ts';

/** What a start prints on standard output; everything else is log lines on standard error. */
function describe({ url, firstTenant, platform: { config } }: Runtime): string {
  const pages = config.production
    ? ''
    : `\nSandbox   ${url} in a browser (loads from Apollo's CDN); offline: ${url.replace(/graphql$/, 'graphiql')}`;
  if (!config.roles.has('gateway')) return `RAE parts ${[...config.roles].join(', ')} at ${url}`;
  return `RAE is ready\nEndpoint  ${url}${pages}\n${describeKey(config, firstTenant)}\nTry       npm run demo`;
}

/** Stops once, however often it is asked; a second signal does not wait. */
function stopOnSignals(runtime: Runtime): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void runtime
        .stop()
        .then(flushTraces)
        .finally(() => process.exit(0));
    });
}

async function main(): Promise<void> {
  try {
    const config = readConfig();
    const runtime = await createRuntime(config, createLogger(config.logLevel));
    stopOnSignals(runtime);
    console.log(describe(runtime));
  } catch (error) {
    console.error(isPlatformError(error) ? error.message : error);
    process.exitCode = 1;
  }
}

await main();
