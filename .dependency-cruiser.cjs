// Who may import whom. One-way rules, each an error: apps → gateway, subgraphs → packages → kernel.
const path = require('node:path');

/** Tests may use anything by name: they start the whole platform and look into its database. */
const TESTS = ['[.]test[.]ts$', '^tests/', '^packages/testkit/'];
const OUTSIDE_TESTS = { pathNot: TESTS };

const npm = (...names) => `^node_modules/(${names.join('|')})/`;
const DATABASE = npm('pg', '@mikro-orm/[^/]+', 'kysely', 'pgvector');
const REDIS = npm('ioredis');
const MODELS = npm('ai', '@ai-sdk/[^/]+', 'onnxruntime-node', '@energetic-ai/[^/]+');
const GRAPHQL = npm('graphql', '@apollo/[^/]+');
const NETWORK = npm('fastify', 'undici', 'ws', 'graphql-ws', 'pino', '@electric-sql/[^/]+');
/** Node's own modules that reach outside of the process, or another thread or process. */
const NODE_IO =
  '^(fs|fs/promises|net|tls|dns|dns/promises|http|https|http2|dgram|child_process|cluster|worker_threads|readline)$';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const layers = [
  rule(
    'nothing-imports-apps',
    'apps/server is the only composition root; nothing builds on it.',
    { ...OUTSIDE_TESTS, path: '^(?!apps/)' },
    { path: '^apps/' },
  ),
  rule(
    'apps-stand-alone',
    'An app does not import another.',
    { path: '^apps/([^/]+)/' },
    { path: '^apps/', pathNot: '^apps/$1/' },
  ),
  rule(
    'dashboard-uses-the-sdk',
    'The dashboard talks through sdk/ only.',
    { path: '^apps/dashboard/' },
    { path: '^(gateway|subgraphs|packages|migrations|schema)/' },
  ),
  rule(
    'gateway-knows-no-subgraph',
    'The gateway works from the supergraph, never from the code of a subgraph.',
    { ...OUTSIDE_TESTS, path: '^gateway/' },
    { path: '^(subgraphs|sdk)/' },
  ),
  rule(
    'sdk-imports-nothing-of-ours',
    'The SDK runs at the user’s: it is generated from the schema and knows no code of the platform.',
    { ...OUTSIDE_TESTS, path: '^sdk/' },
    { path: '^(gateway|subgraphs|packages|migrations|scripts)/' },
  ),
  rule(
    'subgraphs-stand-alone',
    'A subgraph uses an @key reference, an event, a job, or asks a peer through ctx.peers.',
    { path: '^subgraphs/([^/]+)/' },
    { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
  ),
  rule(
    'subgraphs-import-packages',
    'A subgraph builds on packages alone.',
    { ...OUTSIDE_TESTS, path: '^subgraphs/' },
    { path: '^(gateway|sdk|migrations)/' },
  ),
  rule(
    'packages-import-packages',
    'A package builds on other packages alone.',
    { ...OUTSIDE_TESTS, path: '^packages/' },
    { path: '^(gateway|subgraphs|sdk|migrations)/' },
  ),
  rule(
    'kernel-imports-no-package',
    'Everything builds on the kernel, so the kernel builds on nothing of ours.',
    { ...OUTSIDE_TESTS, path: '^packages/kernel/' },
    { path: '^packages/(?!kernel/)' },
  ),
  rule('no-tests-in-the-product', 'What tests use is not there in production.', OUTSIDE_TESTS, { path: TESTS }),
];

const modules = [
  rule('no-cycles', 'Files that import each other cannot be understood one by one.', {}, { circular: true }),
  rule(
    'packages-by-name',
    'Import @rae/<name>, never a path into it.',
    { path: '^((?:apps|packages|subgraphs)/[^/]+|gateway|sdk|schema|migrations)/' },
    { path: '^(apps|packages|subgraphs|gateway|sdk|migrations)/', pathNot: '^$1/', dependencyTypesNot: ['aliased'] },
  ),
  rule('nothing-missing', 'The import leads nowhere.', {}, { couldNotResolve: true }),
  rule(
    'declared-in-package-json',
    'In production only the root package.json’s dependencies are there.',
    { ...OUTSIDE_TESTS, path: '^(apps|gateway|subgraphs|packages|migrations)/' },
    { path: '^node_modules/', dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'] },
  ),
];

const rooms = [
  rule(
    'resolvers-use-services-and-loaders',
    'A resolver unpacks, calls one service and shapes the answer.',
    { ...OUTSIDE_TESTS, path: '^subgraphs/([^/]+)/src/resolvers/' },
    { path: ['^subgraphs/[^/]+/src/', DATABASE], pathNot: '^subgraphs/[^/]+/src/(resolvers/|services/|loaders[.]ts$)' },
  ),
  rule(
    'services-use-domain-queries-entities-engine',
    'A use case knows nothing of who calls it.',
    { ...OUTSIDE_TESTS, path: '^subgraphs/[^/]+/src/services/' },
    { path: '^subgraphs/[^/]+/src/', pathNot: '^subgraphs/[^/]+/src/(services|domain|queries|entities|engine)/' },
  ),
  rule(
    'domain-and-engine-stand-alone',
    'Decisions, arithmetic and pure structures: of ours they import the kernel alone, of others nothing that reaches outside.',
    { ...OUTSIDE_TESTS, path: '^subgraphs/[^/]+/src/(domain|engine)/' },
    {
      path: ['^(subgraphs|packages)/', DATABASE, REDIS, MODELS, NETWORK],
      pathNot: ['^subgraphs/[^/]+/src/(domain|engine)/', '^packages/kernel/'],
    },
  ),
  rule(
    'domain-without-io',
    'What the domain decides follows from what it is given. (An engine may read the WASM that lies beside it.)',
    { ...OUTSIDE_TESTS, path: '^subgraphs/[^/]+/src/domain/' },
    { path: NODE_IO },
  ),
  rule(
    'kernel-without-io',
    'The kernel is words and ports.',
    { ...OUTSIDE_TESTS, path: '^packages/kernel/' },
    { path: [DATABASE, REDIS, MODELS, NETWORK, NODE_IO] },
  ),
  rule(
    'use-cases-without-graphql',
    'The same use case answers GraphQL, a job and a trigger.',
    { ...OUTSIDE_TESTS, path: '^subgraphs/[^/]+/src/(services|queries|domain|entities|engine)/' },
    { path: GRAPHQL },
  ),
];

const owners = [
  rule(
    'models-only-in-llm',
    'Every model call is metered, so there is one door to models.',
    { pathNot: [...TESTS, '^packages/llm/'] },
    { path: MODELS },
  ),
  rule(
    'database-driver-only-in-database',
    'The transaction helper sets tenant and role; who takes another way to the database forgets them.',
    { pathNot: [...TESTS, '^packages/database/', '^migrations/', '^(packages|subgraphs)/[^/]+/src/entities/'] },
    { path: DATABASE },
  ),
  rule(
    'redis-only-in-events',
    'Redis carries wake-ups and caches behind ports.',
    { pathNot: [...TESTS, '^packages/events/', '^subgraphs/memory/src/services/working/'] },
    { path: REDIS },
  ),
];

module.exports = {
  forbidden: [...layers, ...modules, ...rooms, ...owners],
  options: {
    babelConfig: { fileName: path.join(__dirname, 'scripts/read-imports.cjs') },
    combinedDependencies: true,
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^(?!node_modules/).*/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
