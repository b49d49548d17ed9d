// Writes docs/licences.md: the licence of every package that runs in production, as the installed packages state it.
//
//   node scripts/licences.mjs [--check] [folder]
//
// --check writes nothing and fails if the page is not up to date. A licence that is not on the list below fails both.
// Packages that only some platforms install are left out, so that the page is the same everywhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Licences that ask for no more than their notice. */
const PERMISSIVE = 'MIT Apache-2.0 ISC BSD-2-Clause BSD-3-Clause BlueOak-1.0.0 0BSD CC0-1.0'.split(' ');

/** Elastic-2.0 restricts who may host; what that means for these five is said on the page. No other package may have it. */
const ELASTIC = 'composition federation-internals gateway query-graphs query-planner'
  .split(' ')
  .map((n) => `@apollo/${n}`);

const INTRODUCTION = `# Licences

RAE itself is Apache-2.0 (\`LICENSE\`). This page lists what it runs on: every package of a production install, with the
licence that the package states. It is written by \`node scripts/licences.mjs\`, and CI fails when it is out of date or when
a package comes with a licence that nobody has looked at. Binaries that npm chooses for one platform (optional packages)
have the licence of the package that asks for them and are left out. Packages that are used for development only are not
part of a production install.

## What Elastic-2.0 means for who hosts RAE

The gateway and the composition of the supergraph use five packages of Apollo under the Elastic License 2.0. Their source
is open to read and change, but this is no open-source licence.

${ELASTIC.map((name) => `- \`${name}\``).join('\n')}

Each package holds the text in its \`LICENSE\`. The text decides; this is how we read it.

You may

- run RAE for yourself, your company or your own product, for any number of users, paid or not;
- let your customers use a product whose backend RAE is;
- change these packages and run the result, if you say prominently in them that you changed them;
- hand RAE on, as source or as an image, with these texts and notices unaltered.

You may not

- offer the gateway itself to third parties as a hosted or managed service with a substantial part of its features;
- move, change, disable or get around licence-key functionality, or remove or obscure what a licence key protects.

So a product that is built on RAE may be sold, and the gateway as a service may not. Whoever wants to offer RAE itself to
third parties as a managed service is near that line: ask Apollo first, or put another federation gateway before the
subgraphs, which do not depend on these packages, and which \`schema/supergraph.graphql\` describes to any of them.
`;

/** SPDX: with OR one of the licences has to be allowed, with AND all of them. */
function isAllowed(name, licence) {
  const text = licence.replace(/^\((.*)\)$/, '$1');
  if (text.includes(' OR ')) return text.split(' OR ').some((part) => isAllowed(name, part));
  if (text.includes(' AND ')) return text.split(' AND ').every((part) => isAllowed(name, part));
  return PERMISSIVE.includes(text) || (text === 'Elastic-2.0' && ELASTIC.includes(name));
}

const isForOnePlatform = ({ optional, os, cpu, libc }) => optional && (os ?? cpu ?? libc) !== undefined;

function readPackages(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link && !entry.dev && !isForOnePlatform(entry))
    .map(([path]) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8'));
      return { name, version, licence: license?.type ?? license ?? 'none stated' };
    });
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const uniqueSorted = (values) => [...new Set(values)].sort(compare);

function describeGroup(licence, packages) {
  const names = uniqueSorted(packages.map(({ name }) => name));
  const versionsOf = (name) => uniqueSorted(packages.filter((one) => one.name === name).map(({ version }) => version));
  return `### ${licence} (${names.length})\n\n${names.map((name) => `- ${name} ${versionsOf(name).join(', ')}`).join('\n')}\n`;
}

function describe(packages) {
  const groups = Object.entries(Object.groupBy(packages, ({ licence }) => licence)).sort(([a], [b]) => compare(a, b));
  return [INTRODUCTION, '## Packages\n', ...groups.map(([licence, members]) => describeGroup(licence, members))].join(
    '\n',
  );
}

function readPage(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

const options = process.argv.slice(2);
const check = options.includes('--check');
const folder = options.find((option) => option !== '--check') ?? fileURLToPath(new URL('..', import.meta.url));
const page = join(folder, 'docs/licences.md');

const packages = readPackages(folder);
const refused = packages.filter(({ name, licence }) => !isAllowed(name, licence));
const text = describe(packages);

for (const { name, version, licence } of refused)
  console.error(`${name}@${version}: its licence, ${licence}, is not on the list of scripts/licences.mjs`);
if (refused.length) process.exitCode = 1;
else if (!check) writeFileSync(page, text);
else if (readPage(page) !== text) {
  console.error('docs/licences.md is not up to date: run node scripts/licences.mjs');
  process.exitCode = 1;
}
