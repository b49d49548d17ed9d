import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createTestClient, startTestServer } from '@rae/testkit';

const GUIDE = readFileSync(new URL('../../docs/guides/documents.md', import.meta.url), 'utf8');

test('the GraphQL samples of the documents guide run one after the other, and the second finds what the first ingested', async () => {
  const { url, key } = await startTestServer();
  const client = createTestClient(url, key);
  const [first = '', second = ''] = [...GUIDE.matchAll(/```graphql\n(.*?)```/gs)].map(([, sample = '']) => sample);
  const { ingestDocument } = await client.ask(first);
  expect(ingestDocument).toMatchObject({ unchanged: false, document: { version: 1, chunkCount: 1 } });
  const { documents, searchMemories } = await client.ask(second);
  expect(documents.nodes).toMatchObject([
    { id: ingestDocument.document.id, uri: 'handbook:field', previousVersion: null },
  ]);
  expect(searchMemories.hits[0].memory).toMatchObject({ section: 'Mooring', document: { title: 'Field handbook' } });
});
