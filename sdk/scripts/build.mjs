// Writes the package as it is published, JavaScript and types with a package.json of their own, into sdk/dist:
//
//   node sdk/scripts/build.mjs [folder]
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SDK = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(SDK, 'dist');
const folder = resolve(process.argv[2] ?? DIST);

function compile() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', SDK, '--outDir', folder], { stdio: 'inherit' });
  if (status !== 0) throw new Error('sdk: the types are wrong, see above');
}

/** The compiler writes the endings of imports anew in JavaScript alone; not every compiler takes `.ts` in types. */
function mendTypes() {
  for (const name of globSync('**/*.d.ts', { cwd: folder })) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(from '[.][^']*)[.]ts'/g, "$1.js'"));
  }
}

/** The manifest of the built package: as the source's, for JavaScript. */
function writeManifest() {
  const { private: _, scripts: __, ...manifest } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8'));
  const exports = { '.': { types: './index.d.ts', default: './index.js' } };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
}

if (folder === DIST) rmSync(DIST, { recursive: true, force: true });
compile();
mendTypes();
writeManifest();
copyFileSync(join(SDK, 'README.md'), join(folder, 'README.md'));
for (const name of ['LICENSE', 'NOTICE']) copyFileSync(join(SDK, '..', name), join(folder, name));
