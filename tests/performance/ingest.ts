// ingestDocument through the HTTP gateway, one document after the other: chunks that are found by words, then their vectors.
//   node tests/performance/ingest.ts [--documents 40] [--sections 40]
import { createTestTenant, startInstallation, type TestTenant } from '@rae/testkit';
import { latencies, option, printConditions } from './lib/report.ts';
import { textOf } from './lib/texts.ts';

const INGEST = 'mutation ($input: IngestDocumentInput!) { ingestDocument(input: $input) { document { chunkCount } } }';
const PENDING = '{ searchMemories(input: { query: "settled?", limit: 1 }) { degraded { part } } }';
const SENTENCES = 6;
const LOOK_EVERY_MS = 100;

const sectionOf = (n: number): string =>
  `## Section ${n}\n\n${Array.from({ length: SENTENCES }, (_, at) => textOf(n * SENTENCES + at)).join(' ')}\n\n`;
const documentOf = (n: number, sections: number): string =>
  `# Log ${n}\n\n${Array.from({ length: sections }, (_, at) => sectionOf(n * sections + at)).join('')}`;

async function waitForVectors({ client }: TestTenant): Promise<void> {
  while ((await client.ask(PENDING)).searchMemories.degraded.length > 0)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

async function measure(tenant: TestTenant, documents: number, sections: number): Promise<void> {
  const waits: number[] = [];
  let chunks = 0;
  let bytes = 0;
  const begun = performance.now();
  for (let n = 0; n < documents; n++) {
    const content = documentOf(n, sections);
    const from = performance.now();
    const input = { projectId: tenant.projectId, title: `Log ${n}`, uri: `log:${n}`, content };
    const { ingestDocument } = await tenant.client.ask(INGEST, { input });
    waits.push(performance.now() - from);
    chunks += ingestDocument.document.chunkCount;
    bytes += content.length;
  }
  const written = (performance.now() - begun) / 1_000;
  await waitForVectors(tenant);
  const embedded = (performance.now() - begun) / 1_000;
  console.log(`${documents} documents of ${Math.round(bytes / documents / 1_024)} KiB, ${chunks} chunks`);
  console.log(`a document: ${latencies(waits)}`);
  console.log(
    `found by words: ${(chunks / written).toFixed(0)} chunks/s; with vectors: ${(chunks / embedded).toFixed(0)} chunks/s`,
  );
}

printConditions('ingestDocument');
const installation = await startInstallation();
try {
  const tenant = await createTestTenant(installation);
  await measure(tenant, 3, 10);
  await measure(
    await createTestTenant(installation),
    Number(option('documents', '40')),
    Number(option('sections', '40')),
  );
} finally {
  await installation.stop();
}
