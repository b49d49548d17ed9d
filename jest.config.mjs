const transform = { '^.+\\.ts$': new URL('./scripts/strip-types.cjs', import.meta.url).pathname };

const project = (displayName, ...roots) => ({
  displayName,
  rootDir: new URL('.', import.meta.url).pathname,
  roots: roots.map((root) => `<rootDir>/${root}`),
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['**/*.test.ts'],
  transform,
});

/** Paths of what Jest runs once around all tests of a project. */
const around = (what) => ({
  globalSetup: new URL(`./tests/support/${what}-setup.ts`, import.meta.url).pathname,
  globalTeardown: new URL(`./tests/support/${what}-teardown.ts`, import.meta.url).pathname,
});

export default {
  testTimeout: 60_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['**/src/**/*.ts'],
  projects: [
    { ...project('unit', 'apps', 'gateway', 'packages', 'sdk', 'subgraphs'), ...around('folder') },
    project('contract', 'tests/contract'),
    { ...project('conformance', 'tests/conformance'), ...around('folder') },
    { ...project('e2e', 'tests/e2e'), ...around('global') },
  ],
};
