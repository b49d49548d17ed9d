import { createRequire, Module } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * What Apollo Gateway loads for its own telemetry, which is off, and to fetch from subgraphs, which our transports do: 600
 * modules, 0.4 s of CPU at every start.
 */
const UNUSED = [
  '@opentelemetry/exporter-metrics-otlp-http',
  '@opentelemetry/resource-detector-alibaba-cloud',
  '@opentelemetry/resource-detector-aws',
  '@opentelemetry/resource-detector-azure',
  '@opentelemetry/resource-detector-gcp',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  'make-fetch-happen',
];

/** Runs `load` while modules that `from` asks for are empty; those that somebody has loaded already stay as they are. */
function without<T>(names: readonly string[], from: NodeJS.Require, load: () => T): T {
  const paths = names.map((name) => from.resolve(name)).filter((path) => !from.cache[path]);
  for (const path of paths) from.cache[path] = Object.assign(new Module(path), { loaded: true });
  try {
    return load();
  } finally {
    for (const path of paths) delete from.cache[path];
  }
}

function load(): typeof import('@apollo/gateway') {
  // Apollo Gateway sends metrics to usage-reporting.api.apollographql.com and asks the metadata addresses of four clouds
  // unless this is set before it is constructed; nothing of ours leaves the machine unasked.
  // biome-ignore lint/style/noProcessEnv: Apollo Gateway reads this switch from the environment alone
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const its = createRequire(require.resolve('@apollo/gateway'));
  return without(UNUSED, its, () => require('@apollo/gateway'));
}

/** Apollo Gateway, silent, and without what it loads for nothing. */
export const { ApolloGateway } = load();
