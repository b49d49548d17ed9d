// Adds to package-lock.json the optional packages of other platforms that the registry did not answer for when the
// lock was made. npm leaves them out, and then `npm ci` ends with "Missing: <name>@ from lock file". To be run after
// every change of dependencies.
//
//   node scripts/complete-lock.mjs [--check] [package-lock.json]
//
// --check writes nothing, names what is missing and fails if anything is.
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const SYSTEM_NAMES = { ...Object.fromEntries(SYSTEMS.map((name) => [name, name])), wasm32: 'wasi', windows: 'win32' };
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];
const PROCESSOR_NAMES = { ...Object.fromEntries(PROCESSORS.map((name) => [name, name])), 64: 'x64' };

/** Reads the platform from a package's name, `@turbo/windows-arm64` for example; os is undefined where it names none. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  return {
    os: words.map((word) => SYSTEM_NAMES[word]).find(Boolean),
    cpu: words.map((word) => PROCESSOR_NAMES[word]).find(Boolean),
    musl: words.some((word) => word.startsWith('musl')),
  };
}

/** The folders in which Node looks for a dependency of the package at `key`, nearest first. */
function* foldersAbove(key) {
  for (let at = key; at !== ''; ) {
    yield `${at}/node_modules`;
    const nested = at.lastIndexOf('/node_modules/');
    at = nested < 0 ? '' : at.slice(0, nested);
  }
  yield 'node_modules';
}

function missingOptionals(packages) {
  const isLocked = (key, name) => foldersAbove(key).some((folder) => packages[`${folder}/${name}`]);
  return Object.entries(packages).flatMap(([key, { dev, optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(key, name))
      .map(([name, version]) => ({ name, version, dev, wantedBy: key })),
  );
}

/** What npm itself writes for such a package, but for the checksum, which nobody can know without the package. */
function lockEntry({ name, version, dev, wantedBy }) {
  const { os, cpu, musl } = platformOf(name);
  if (!os || !/^\d+\.\d+\.\d+/.test(version))
    throw new Error(
      `${name}@${version}, optional for ${wantedBy}, is not in the lock, and its name and version do not say which platform it is for: run npm install where the registry has it`,
    );
  return {
    version,
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(dev ? { dev } : {}),
    ...(musl ? { libc: ['musl'] } : {}),
    optional: true,
    os: [os],
  };
}

const options = process.argv.slice(2);
const check = options.includes('--check');
const file = options.find((option) => option !== '--check') ?? new URL('../package-lock.json', import.meta.url);

const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingOptionals(lock.packages);
const added = missing.map((optional) => [`node_modules/${optional.name}`, lockEntry(optional)]);

if (check) {
  for (const [key] of added) console.log(`missing: ${key}`);
  console.log(
    missing.length ? 'npm ci would fail: run scripts/complete-lock.mjs' : 'the lock has every optional package',
  );
  process.exitCode = missing.length ? 1 : 0;
} else {
  const packages = Object.entries(lock.packages).concat(added);
  lock.packages = Object.fromEntries(packages.sort(([a], [b]) => (a < b ? -1 : 1)));
  if (added.length) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${added.length} platform packages added`);
}
