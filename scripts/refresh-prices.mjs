// Writes packages/metering/data/prices.json: what models cost, from the data of @pydantic/genai-prices (MIT).
//
//   node scripts/refresh-prices.mjs [--check]
//
// The package is a development dependency: `npm install --save-dev @pydantic/genai-prices@<version>`, then run this. Only
// prices of text tokens and of requests are taken. --check writes nothing and fails if the file is not what the installed
// version gives.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = join(ROOT, 'packages/metering/data/prices.json');
const library = dirname(createRequire(import.meta.url).resolve('@pydantic/genai-prices'));
const { version } = JSON.parse(readFileSync(join(library, '../package.json'), 'utf8'));

/** Names of providers as RAE's settings write them. */
const RENAMED = { voyageai: 'voyage' };
const rename = (id) => RENAMED[id] ?? id;

/** The library exports no list of its data, so the literal that its bundle begins with is read. */
async function readProviders() {
  const bundle = readFileSync(join(library, 'index.js'), 'utf8');
  const literal = /^const (\w+) = (\[\n[\s\S]*?\n\]);?,? ?/m.exec(bundle);
  if (!literal) throw new Error('the bundle of @pydantic/genai-prices has another shape; this script must learn it');
  const module = await import(`data:text/javascript,${encodeURIComponent(`export default ${literal[2]}`)}`);
  return module.default;
}

/** Nine digits after the point are nano-dollars; more are noise of floats (0.18000000000000002) or thirds. */
const toUsd = (number) => {
  const text = number.toFixed(9);
  return text.replace(/\.?0+$/, '');
};

const toRate = (value) =>
  typeof value === 'number'
    ? toUsd(value)
    : [toUsd(value.base), ...value.tiers.toSorted((a, b) => a.start - b.start).map((t) => [t.start, toUsd(t.price)])];

const KEYS = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cachedInput',
  cache_write_mtok: 'cacheWrite',
  output_reasoning_mtok: 'reasoning',
};

function toEntry({ constraint, prices }) {
  const rates = Object.entries(KEYS).flatMap(([key, name]) =>
    prices[key] === undefined ? [] : [[name, toRate(prices[key])]],
  );
  const when =
    constraint?.type === 'start_date'
      ? { from: constraint.start_date }
      : constraint && { daily: [constraint.start_time, constraint.end_time] };
  const request = prices.requests_kcount === undefined ? {} : { request: toUsd(prices.requests_kcount / 1000) };
  return { ...when, ...Object.fromEntries(rates), ...request };
}

const RULES = { starts_with: 'starts', ends_with: 'ends', contains: 'contains', regex: 'regex' };

function toMatch(match) {
  if (match.or) return match.or.length === 1 ? toMatch(match.or[0]) : { any: match.or.map(toMatch) };
  if (match.and) return { all: match.and.map(toMatch) };
  if (match.equals !== undefined) return match.equals.toLowerCase();
  const [[rule, value]] = Object.entries(match);
  return { [RULES[rule]]: rule === 'regex' ? value : value.toLowerCase() };
}

/** Tokens of text cannot be priced by hours of sound or by pages alone. */
const hasTokens = (entries) => entries.some((entry) => entry.input !== undefined || entry.output !== undefined);

function toModel({ id, match, prices }) {
  const entries = (Array.isArray(prices) ? prices : [{ prices }]).map(toEntry);
  return hasTokens(entries) ? [[id.toLowerCase(), toMatch(match), entries]] : [];
}

const toProvider = ({ id, model_match: owns, fallback_model_providers: through, models }) => ({
  id: rename(id),
  ...(owns ? { owns: toMatch(owns) } : {}),
  ...(through ? { through: through.map(rename) } : {}),
  models: models.flatMap(toModel),
});

/** One model a line, so that a change of price is a change of its line. */
function print({ source, takenOn, providers }) {
  const lines = providers.map(({ models, ...provider }) => {
    const head = JSON.stringify(provider).slice(0, -1);
    return `${head},"models":[\n${models.map((model) => JSON.stringify(model)).join(',\n')}\n]}`;
  });
  return `{"source":${JSON.stringify(source)},"takenOn":${JSON.stringify(takenOn)},"providers":[\n${lines.join(',\n')}\n]}\n`;
}

const read = () => {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
};

const source = `@pydantic/genai-prices ${version}`;
const providers = (await readProviders()).map(toProvider).filter(({ models }) => models.length > 0);
const old = read();
const kept = old && print({ ...JSON.parse(old), source, providers });
const current = kept !== '' && kept === old;
if (process.argv.includes('--check')) {
  if (!current) {
    console.error('packages/metering/data/prices.json is out of date: run `node scripts/refresh-prices.mjs`');
    process.exit(1);
  }
} else if (!current) {
  writeFileSync(FILE, print({ source, takenOn: new Date().toISOString().slice(0, 10), providers }));
  const models = providers.reduce((sum, provider) => sum + provider.models.length, 0);
  console.log(`${models} models of ${providers.length} providers, from ${source}`);
}
