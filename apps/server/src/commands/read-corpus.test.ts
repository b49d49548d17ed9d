import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readCorpus, readDocuments } from './read-corpus.ts';

const CORPUS = [
  '{"_id":"c1/1","text":"Ann: Hello!","meta":{"scope":"c1","session":"s1","when":"1:56 pm on 8 May, 2023","speaker":"Ann","role":"USER"}}',
  '{"_id":"c1/2","text":"Ben: Hi.","meta":{"scope":"c1","session":1}}',
  '{"_id":"d1","text":"It rains.","meta":{"title":"Weather"}}',
];
const QUERIES = [
  '{"_id":"q1","text":"Who says hello?","meta":{"scope":"c1","category":2,"answer":"Ann"}}',
  '{"_id":"q2","text":"Does it rain?"}',
  '{"_id":"q3","text":"Nobody judged this."}',
];
const QRELS = ['query-id\tcorpus-id\tscore', 'q1\tc1/1\t1', 'q1\tc1/2\t2', 'q2\td1\t1', 'q3\td1\t0'];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rae-corpus-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lines = (...rows: readonly string[]) => `${rows.join('\n')}\n`;

function write(files: { corpus?: string; queries?: string; qrels?: string | null } = {}) {
  const { corpus = lines(...CORPUS), queries = lines(...QUERIES), qrels = lines(...QRELS) } = files;
  writeFileSync(join(folder, 'corpus.jsonl'), corpus);
  writeFileSync(join(folder, 'queries.jsonl'), queries);
  if (qrels !== null) writeFileSync(join(folder, 'qrels.tsv'), qrels);
}

describe('reading a data folder', () => {
  test('a turn has its session, speaker, role and time, a document its title at its beginning', async () => {
    write();
    const { documents } = await readCorpus(folder);
    expect(documents[0]).toEqual({
      id: 'c1/1',
      text: 'Ann: Hello!',
      scope: 'c1',
      session: 's1',
      speaker: 'Ann',
      role: 'USER',
      occurredAt: new Date('2023-05-08T13:56:00Z'),
    });
    expect(documents[1]).toMatchObject({ session: '1', speaker: null, role: null, occurredAt: null });
    expect(documents[2]).toMatchObject({ scope: 'all', session: null, text: 'Weather. It rains.' });
  });

  test('a title that stands at the beginning already is not put there twice, whatever its spaces', async () => {
    write({
      corpus: lines(
        ...CORPUS.slice(0, 2),
        '{"_id":"d1","text":"The wet  weather. Rain.","meta":{"title":" The wet weather"}}',
      ),
    });
    expect((await readCorpus(folder)).documents[2]?.text).toBe('The wet  weather. Rain.');
  });

  test('questions keep their category and those without a relevant document are left out', async () => {
    write();
    const { questions, relevant } = await readCorpus(folder);
    expect(questions).toEqual([
      { id: 'q1', text: 'Who says hello?', scope: 'c1', category: '2' },
      { id: 'q2', text: 'Does it rain?', scope: 'all', category: null },
    ]);
    expect(relevant.get('q1')).toEqual(new Set(['c1/1', 'c1/2']));
  });

  test('blank lines and Windows line ends change nothing', async () => {
    write({ corpus: `\r\n${CORPUS.join('\r\n\r\n')}\r\n`, qrels: QRELS.join('\r\n') });
    const { documents, relevant } = await readCorpus(folder);
    expect(documents).toHaveLength(3);
    expect(relevant.size).toBe(2);
  });
});

describe('a data folder that is wrong', () => {
  const refusal = async (files: Parameters<typeof write>[0]) => {
    write(files);
    const error = await readCorpus(folder).then(
      () => null,
      (thrown: Error) => thrown,
    );
    return error?.message.replace(`${folder}/`, '');
  };

  test('a missing file is named, with what belongs there', async () => {
    expect(await refusal({ qrels: null })).toBe(
      'qrels.tsv cannot be read; a data folder has corpus.jsonl, queries.jsonl and qrels.tsv.',
    );
    await expect(readDocuments(join(folder, 'none.jsonl'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    ['a line that is not JSON', lines(...CORPUS, '', '{"_id": "d2", "text"'), 5, 'this is not JSON'],
    ['a line that is no object', lines(...CORPUS, '[]'), 4, 'the line: '],
    ['a line without _id', lines(...CORPUS, '{"text":"Hm."}'), 4, '_id: '],
    ['an empty text', lines(...CORPUS, '{"_id":"d2","text":" "}'), 4, 'text: '],
    ['a text of 65 537 characters', lines(`{"_id":"d2","text":"${'x'.repeat(65_537)}"}`), 1, 'text: '],
    ['an unknown role', lines('{"_id":"d2","text":"x","meta":{"role":"BOSS"}}'), 1, 'meta.role: '],
    [
      'a time that none can read',
      lines('{"_id":"d2","text":"x","meta":{"when":"last year"}}'),
      1,
      'meta.when: takes "1:56 pm',
    ],
    [
      'an _id that comes twice',
      lines(...CORPUS, '{"_id":"d1","text":"x"}'),
      4,
      'the _id “d1” stands in line 3 already.',
    ],
  ])('%s is named by file and line', async (_, corpus, line, sentence) => {
    const message = await refusal({ corpus });
    expect(message).toMatch(`corpus.jsonl, line ${line}: ${sentence}`);
    expect(message).not.toContain('\n');
  });

  test.each([
    ['of an unknown question', 'q9\td1\t1', 'there is no question “q9” in queries.jsonl.'],
    ['of an unknown document', 'q1\td9\t1', 'there is no document “d9” in corpus.jsonl.'],
    ['of another scope', 'q1\td1\t1', 'document “d1” lies in another scope than question “q1”.'],
    ['without a score', 'q2\td1', 'the score must be a whole number, not “”.'],
  ])('a judgement %s is named by file and line', async (_, row, sentence) => {
    expect(await refusal({ qrels: lines(...QRELS, row) })).toBe(`qrels.tsv, line 6: ${sentence}`);
  });

  test('qrels.tsv without its header is refused: its first judgement would be lost', async () => {
    expect(await refusal({ qrels: lines(...QRELS.slice(1)) })).toMatch('qrels.tsv, line 1: the first line must be');
  });
});
