import { expect, test } from '@jest/globals';
import {
  createProjectIndex,
  finishLoading,
  loadRows,
  packLex,
  packRecord,
  rank,
  runAll,
} from '../../subgraphs/memory/src/engine/index.ts';
import { readCorpus } from '../performance/lib/corpus.ts';
import { meanQuality, qualityOf } from '../performance/lib/metrics.ts';

const folderOf = (name: string) => new URL(`../data/${name}`, import.meta.url).pathname;

async function qualityIn(name: string) {
  const { documents, questions, judgements } = await readCorpus(folderOf(name));
  const index = createProjectIndex(null, documents.length);
  const rows = documents.map(({ text, speaker, session, occurredAt }, at) =>
    packRecord({ mid: at + 1, lex: packLex(text, speaker), speaker, session, occurredAt: occurredAt ?? 0 }),
  );
  runAll(loadRows(index, Buffer.concat(rows)));
  runAll(finishLoading(index, '1:1:'));
  const answers = questions.map(({ id, text }) => {
    const { hits } = rank(index, { text, vector: null, signals: null, filter: null, limit: 20 });
    const found = hits.map(({ mid }) => documents[mid - 1]?.id ?? '');
    return qualityOf(found, new Set(judgements.get(id)?.keys()));
  });
  return { asked: questions.length, ...meanQuality(answers) };
}

test('317 Polish questions find their turn or passage by words alone: recall@10 is .98 or more', async () => {
  const { asked, recallAt10, ndcgAt10 } = await qualityIn('polish');
  expect(asked).toBe(317);
  expect(recallAt10).toBeGreaterThanOrEqual(0.98);
  expect(ndcgAt10).toBeGreaterThanOrEqual(0.95);
});

test('295 Polish questions in other words than their answers find four in ten by words alone', async () => {
  const { asked, recallAt10 } = await qualityIn('polish-reworded');
  expect(asked).toBe(295);
  expect(recallAt10).toBeGreaterThanOrEqual(0.38);
});
