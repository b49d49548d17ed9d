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

export default {
  testTimeout: 60_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['**/src/**/*.ts'],
  projects: [
    project('unit', 'apps', 'gateway', 'packages', 'sdk', 'subgraphs'),
    project('contract', 'tests/contract'),
    project('conformance', 'tests/conformance'),
    {
      ...project('e2e', 'tests/e2e'),
      globalSetup: new URL('./tests/support/global-setup.ts', import.meta.url).pathname,
      globalTeardown: new URL('./tests/support/global-teardown.ts', import.meta.url).pathname,
    },
  ],
};
