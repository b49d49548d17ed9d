import { describe, expect, test } from '@jest/globals';
import { answerByExtraction } from './answer-by-extraction.ts';
import { type Evidence, readFound } from './evidence.ts';

const found = (question: string, ...contents: readonly (string | Partial<Evidence>)[]) =>
  readFound(
    question,
    contents.map((given, at) => ({
      memoryId: `m${at}`,
      content: typeof given === 'string' ? given : '',
      speaker: null,
      occurredAt: new Date('2026-03-01T10:00:00Z'),
      score: 0.5,
      ...(typeof given === 'string' ? {} : given),
    })),
  );
const answer = (question: string, ...contents: readonly (string | Partial<Evidence>)[]) =>
  answerByExtraction(question, found(question, ...contents));

describe('answerByExtraction', () => {
  test('quotes every cited sentence at its place, without the "Name: " in front', () => {
    const content = 'Ola: Hello there. I sold my red car to Adam in May.';
    const { text, citations } = answer('Who bought the red car of Ola?', { content, speaker: 'Ola' });
    expect(text).toBe('Ola, 2026-03-01: I sold my red car to Adam in May. [1]');
    expect(citations).toEqual([
      {
        index: 1,
        memoryId: 'm0',
        quote: 'I sold my red car to Adam in May.',
        start: 18,
        end: 51,
        relevance: 0.5,
        verified: true,
      },
    ]);
  });

  test('takes sentences of two memories where both answer, and says the same thing once', () => {
    const { text, sourceIds } = answer(
      'Which pets does Ola have?',
      'Ola has a grey cat among her pets.',
      'Ola has a grey cat among the pets.',
      'Pets of Ola sleep near a terrarium with two geckos.',
    );
    expect(text).toBe(
      'Ola has a grey cat among her pets. [1]\nPets of Ola sleep near a terrarium with two geckos. [2]',
    );
    expect(sourceIds).toEqual(['m0', 'm2']);
  });

  test('never answers with a question, an aside in brackets, or more than 3 sentences', () => {
    const many = Array.from({ length: 9 }, (_, at) => `Harbour number ${at} opened by crane type${at} quay${at}.`);
    const { citations } = answer(
      'Which harbour number opened by crane?',
      'Which harbour number opened by crane?',
      '[harbour number opened by crane]',
      ...many,
    );
    expect(citations.length).toBe(3);
    for (const { quote } of citations) expect(quote).toMatch(/^Harbour number/);
  });

  describe('where the question names one of those who speak', () => {
    const said = (speaker: string, text: string) => ({ content: `${speaker}: ${text}`, speaker });
    const question = 'What did Ola paint for the art show?';
    const herOwn = said('Ola', 'The art show was crowded, and I paint too.');

    test.each([
      ['says it', said('Ola', 'I painted a sunrise for the art show.')],
      ['is named in it', said('Adam', 'I saw the sunrise that Ola painted for the art show.')],
      ['is not named, but nobody speaks it', { content: 'Adam painted a sunrise for the art show.', speaker: null }],
    ])('the best memory answers when she %s', (_, best) => {
      expect(answer(question, best, herOwn).status).toBe('ANSWERED');
    });

    test.each([
      ['is not named', said('Adam', 'I painted a sunrise for the art show.')],
      ['is only called', said('Adam', 'Thanks, Ola! I painted a sunrise for the art show.')],
    ])("the best memory is somebody else's fact and answers nothing when she %s", (_, best) => {
      expect(answer(question, best, herOwn).status).toBe('NOTHING_FOUND');
    });

    test('one of two who are asked about is enough, and who is in no memory is no reason to say nothing', () => {
      const adam = said('Adam', 'I painted a sunrise for the art show.');
      expect(answer('What did Ola and Adam paint for the art show?', adam, herOwn).status).toBe('ANSWERED');
      expect(answer('What did Adam paint for the art show in Torgau?', adam, herOwn).status).toBe('ANSWERED');
    });
  });

  test.each([
    ['nothing was found', 'Where does Ola live?', []],
    [
      'one word of six is shared',
      'Which river flows through the capital of Mongolia?',
      ['The capital of the firm is small.'],
    ],
    [
      'the names asked for are nowhere',
      'When did Caroline paint a sunrise in Tucson?',
      ['Ben: I did paint a sunrise when I was young.'],
    ],
    ['the question has no topic', 'What is it?', ['It is what it is.']],
  ])('finds nothing where %s', (_, question, contents) => {
    expect(answer(question, ...contents)).toMatchObject({
      status: 'NOTHING_FOUND',
      citations: [],
      sourceIds: [],
      groundedness: 0,
    });
  });
});
