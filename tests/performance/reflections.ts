// generateReflection over 50 memories through the gateway, without a language model: a project of its own for each run.
//   node tests/performance/reflections.ts [--runs 10]
import { createTestTenant, startInstallation } from '@rae/testkit';
import { latencies, option, printConditions } from './lib/report.ts';
import { textOf } from './lib/texts.ts';

const MEMORIES = 50;
/** Vectors are given: what is measured is the reflection, and its own vectors. */
const DIMENSIONS = 512;
const CLUSTERS = 6;
const direction = (n: number): number[] =>
  Array.from({ length: DIMENSIONS }, (_, at) => (at % CLUSTERS === n % CLUSTERS ? 1 : 0) + Math.sin(n * 7 + at) / 4);

printConditions(`generateReflection over ${MEMORIES} memories`);
const installation = await startInstallation();
const times: number[] = [];
let written = 0;
for (let run = 0; run < Number(option('runs', '10')); run++) {
  const { client, projectId } = await createTestTenant(installation);
  const inputs = Array.from({ length: MEMORIES }, (_, n) => ({
    projectId,
    content: textOf(n * 10 + (n % CLUSTERS)),
    embedding: direction(n),
  }));
  await client.ask('mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { cursor } }', {
    inputs,
  });
  const from = performance.now();
  const { generateReflection } = await client.ask(
    'mutation ($id: ID) { generateReflection(input: { projectId: $id }) { reflections { id } } }',
    { id: projectId },
  );
  times.push(performance.now() - from);
  written += generateReflection.reflections.length;
}
console.log(`${written} reflections  ${latencies(times)}`);
await installation.stop();
