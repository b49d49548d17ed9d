import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chunkDocument } from './chunk-document.ts';
import { createTokenCounter } from './count-tokens.ts';
import type { MimeType } from './mime-type.ts';
import type { Chunking, ChunkStrategy } from './pack-chunks.ts';

const count = createTokenCounter();
const chunking = (more: Partial<Chunking> = {}): Chunking => ({
  strategy: 'STRUCTURE',
  maxTokens: 64,
  overlapTokens: 0,
  contextualize: true,
  ...more,
});
const cut = (content: string, mimeType: MimeType = 'text/markdown', more: Partial<Chunking> = {}) =>
  chunkDocument(content, mimeType, chunking(more));

const squeeze = (text: string) => text.replaceAll(/\s+/g, '');

const word = fc.oneof(
  fc.constantFrom(
    'zażółć',
    'gęślą',
    'jaźń',
    'Łódź',
    'the',
    'ferry',
    'leaves.',
    'at',
    'nine!',
    '👩‍👩‍👧‍👦',
    '🇵🇱',
    'é́',
    '日本語',
    '- item',
    '# h',
    '|a|b|',
    '```',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
);
const prose = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', ' ', '\n', '\n\n')), { minLength: 1, maxLength: 300 })
  .map((words) => words.map((pair) => pair.join('')).join(''))
  .filter((text) => text.trim() !== '' && !text.includes('\0'));
const strategy = fc.constantFrom<ChunkStrategy>('STRUCTURE', 'PARAGRAPH', 'FIXED');

describe('every strategy, on Polish, emoji and any other text', () => {
  test('loses no word and keeps the order when chunks do not overlap', () => {
    fc.assert(
      fc.property(prose, strategy, fc.constantFrom<MimeType>('text/plain', 'text/markdown'), (text, name, type) => {
        const chunks = cut(text, type, { strategy: name, maxTokens: 16 });
        expect(squeeze(chunks.map(({ content }) => content).join(''))).toBe(squeeze(text));
      }),
      { numRuns: 150 },
    );
  });

  test('gives chunks of at most maxTokens, the overlap included, with no half character in them', () => {
    fc.assert(
      fc.property(prose, strategy, fc.integer({ min: 0, max: 8 }), (text, name, overlapTokens) => {
        for (const { content } of cut(text, 'text/markdown', { strategy: name, maxTokens: 24, overlapTokens })) {
          expect(count(content)).toBeLessThanOrEqual(24);
          expect(content.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('is cut the same way each time, and every word of it stands in a chunk also when chunks overlap', () => {
    fc.assert(
      fc.property(prose, strategy, (text, name) => {
        const once = cut(text, 'text/plain', { strategy: name, maxTokens: 16, overlapTokens: 6 });
        expect(cut(text, 'text/plain', { strategy: name, maxTokens: 16, overlapTokens: 6 })).toEqual(once);
        const all = squeeze(once.map(({ content }) => content).join(''));
        expect(all.length).toBeGreaterThanOrEqual(squeeze(text).length);
      }),
      { numRuns: 100 },
    );
  });
});

test('a run of 500 family emoji without a blank is cut between families, never inside one', () => {
  const family = '👩‍👩‍👧‍👦';
  const chunks = cut(family.repeat(500), 'text/plain');
  expect(chunks.length).toBeGreaterThan(10);
  for (const { content } of chunks) expect(content.replaceAll(family, '')).toBe('');
  expect(chunks.map(({ content }) => content).join('')).toBe(family.repeat(500));
});

describe('STRUCTURE', () => {
  const handbook = `---
owner: HR
---
# Handbook

Welcome.

## Leave **and** holidays

Twenty-six days a year.

| year | days |
|---|---|
| 1 | 20 |
| 10 | 26 |

### Carry over

- until September
- with a note

\`\`\`sh
# not a heading
leave --year 2026
\`\`\`

Setext
------
Last words.`;

  test('begins a chunk at each heading and names the headings above it', () => {
    expect(cut(handbook).map(({ section, content }) => [section, content.split('\n')[0]])).toEqual([
      [null, '---'],
      ['Handbook', '# Handbook'],
      ['Handbook › Leave and holidays', '## Leave **and** holidays'],
      ['Handbook › Leave and holidays › Carry over', '### Carry over'],
      ['Handbook › Setext', 'Setext'],
    ]);
  });

  test('a heading right above another goes with it, and is no chunk of its own', () => {
    const chunks = cut('# Title\n\n## Part\n\nText.');
    expect(chunks).toEqual([{ content: '# Title\n\n## Part\n\nText.', section: 'Title › Part', page: null }]);
  });

  test('keeps a table and a list whole where they fit, and cuts a larger list between its items', () => {
    const table = '| a | b |\n|---|---|\n| 1 | 2 |';
    const prose = 'One two three four five six seven eight nine ten. '.repeat(4).trim();
    const [first, second] = cut(`${prose}\n\n${table}`, 'text/markdown', { maxTokens: 60 });
    expect([first?.content, second?.content]).toEqual([prose, table]);
    const items = Array.from({ length: 60 }, (_, at) => `- item number ${at}`);
    for (const { content } of cut(items.join('\n')))
      expect(content).toMatch(/^- item number \d+(\n- item number \d+)*$/);
  });

  test('a chunk begins with the last words of the one before in the same section, and not of another', () => {
    const sentences = Array.from({ length: 30 }, (_, at) => `Sentence number ${at} says a thing.`).join(' ');
    const chunks = cut(`# A\n\n${sentences}\n\n# B\n\nShort.`, 'text/markdown', { overlapTokens: 12 });
    const [one = '', two = ''] = chunks.map(({ content }) => content);
    const shared = two.split(' ').slice(0, 5).join(' ');
    expect(one).toContain(shared);
    expect(chunks.at(-1)?.content).toBe('# B\n\nShort.');
  });
});

describe('plain text', () => {
  test('form feeds end pages, counted from 1, and no chunk lies on two', () => {
    const chunks = cut('One.\n\nStill one.\fTwo.\f\fFour.', 'text/plain');
    expect(chunks.map(({ content, page }) => [page, content])).toEqual([
      [1, 'One.\n\nStill one.'],
      [2, 'Two.'],
      [4, 'Four.'],
    ]);
  });
});

describe('HTML', () => {
  test('gives headings, lists, tables and preformatted text, without scripts, styles and comments', () => {
    const html = `<!doctype html><html><head><title>t</title><style>p{color:red}</style></head><body>
      <h1>Buoys</h1><p>Keep <b>them</b> dry &amp; warm.</p><script>alert(1)</script><!-- no -->
      <h2>Parts</h2><ul><li>Anchor</li><li>Mast <ul><li>Lamp</li></ul></li></ul>
      <table><tr><th>id</th><th>kg</th></tr><tr><td>1</td><td>40</td></tr></table><pre>a
  b</pre><img alt="A chart"></body></html>`;
    expect(cut(html, 'text/html')).toEqual([
      { section: 'Buoys', page: null, content: 'Buoys\n\nKeep them dry & warm.' },
      {
        section: 'Buoys › Parts',
        page: null,
        content: 'Parts\n\n- Anchor\n- Mast \n- Lamp\n\nid | kg\n1 | 40\n\na\n  b\n\nA chart',
      },
    ]);
  });

  test('elements nested 200 000 deep are refused with their limit, and 100 000 flat ones are read', () => {
    expect(() => cut('<div>'.repeat(200_000), 'text/html')).toThrow('nested deeper than 512 levels');
    expect(cut('<i>a </i>'.repeat(100_000), 'text/html', { maxTokens: 1_024 }).length).toBeGreaterThan(50);
  });

  test('a page with nothing but a script holds no text', () => {
    expect(() => cut('<script>1</script>', 'text/html')).toThrow('input.content: holds no text');
  });
});

describe('JSON', () => {
  test('keeps what fits together and names the path of the values', () => {
    const orders = Array.from({ length: 12 }, (_, at) => ({ id: at, address: { city: 'Gdańsk', lines: ['a', 'b'] } }));
    const chunks = cut(JSON.stringify({ shop: 'Latarnia', orders }), 'application/json');
    expect(chunks[0]).toEqual({ section: 'shop', page: null, content: 'shop: Latarnia' });
    expect(chunks.slice(1).every(({ section }) => /^orders\[\d+(\.\.\d+)?\]$/.test(section ?? ''))).toBe(true);
    expect(
      chunks
        .map(({ content }) => content)
        .join('\n')
        .match(/city: Gdańsk/g),
    ).toHaveLength(12);
  });

  test('what is no JSON is refused without repeating it, and so is what is nested 101 levels deep', () => {
    expect(() => cut('{"secret": hunter2}', 'application/json')).toThrow(
      /^input.content: is not JSON: it goes wrong at/,
    );
    expect(() => cut('{"secret": hunter2}', 'application/json')).not.toThrow(/hunter2/);
    expect(() => cut('['.repeat(101) + ']'.repeat(101), 'application/json')).toThrow('nested deeper than 100 levels');
  });
});

test('brackets, stars and quotes by the 100 000 are read in linear time', () => {
  for (const part of ['[', '*a ', 'a**b', '`', `${'> '.repeat(50)}a\n`])
    expect(
      cut(part.repeat(Math.ceil(50_000 / part.length)), 'text/markdown', { maxTokens: 1_024 }).length,
    ).toBeGreaterThan(0);
});
