// Sums up test runs: node scripts/sum-tests.mjs <result.json...>, each written by jest --json --outputFile.
// The last line is "N passed, N failed". A suite that did not even start counts as one failed test, and so does a run
// that left no result or ran no test. Fails if any test failed.
import { readFileSync } from 'node:fs';

/** null where there is no result: the run ended before it could write one. */
function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function count(file) {
  const result = readResult(file);
  if (result === null) return { passed: 0, failed: 1, remark: `${file}: the run left no result` };
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites: broken, testResults } = result;
  if (numFailedTests + broken + passed === 0) return { passed: 0, failed: 1, remark: `${file}: the run had no tests` };
  const names = testResults.filter(({ status }) => status === 'failed').map(({ name }) => `failed: ${name}`);
  return { passed, failed: numFailedTests + broken, remark: names.join('\n') };
}

const counts = process.argv.slice(2).map(count);
const sum = (key) => counts.reduce((total, one) => total + one[key], 0);
for (const { remark } of counts) if (remark) console.log(remark);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
