import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = new URL('.', import.meta.url).pathname;

/** Import statements of the package's own files, without tests; types are erased and call nobody. */
const imports = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [...text.matchAll(/^(import(?! type\b)[^;]*?|.*\bimport\()\s*(?:from )?'([^']+)'/gm)].map(
      ([, statement = '', from = '']) => ({ file, statement, from }),
    );
  });
const importersOf = (pattern: RegExp) => imports.filter(({ from }) => pattern.test(from)).map(({ file }) => file);

describe('the one door to models', () => {
  test('providers of the AI SDK are opened in one file, and only what it wraps leaves that file’s one reader', () => {
    expect(importersOf(/^@ai-sdk\//)).toHaveLength(5);
    expect(new Set(importersOf(/^@ai-sdk\//))).toEqual(new Set(['remote/providers.ts']));
    const readers = imports.filter(({ from }) => from.endsWith('/providers.ts'));
    // The embedder reads how many texts a request holds.
    expect(readers.map(({ file }) => file).sort()).toEqual(['remote/open-models.ts', 'remote/remote-embedder.ts']);
    const [embedder] = readers.filter(({ file }) => file === 'remote/remote-embedder.ts');
    expect(embedder?.statement).toBe('import { TEXTS_PER_REQUEST }');
  });

  test('every model that is handed out is paid by somebody: metered, or counted where it costs nothing', () => {
    const text = readFileSync(join(ROOT, 'remote/open-models.ts'), 'utf8');
    const paid = [...text.matchAll(/paidBy: \(\w+\) =>([^}]*)/g)].map(([, body = '']) => body);
    expect(paid).toHaveLength(3);
    for (const body of paid) expect(body).toMatch(/meter(Embedding|Language|Reranking)Model\(/);
  });

  test('no file fetches from a model besides them', () => {
    const fetching = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.ts') && !file.endsWith('.test.ts') && /\bfetch\(/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(fetching).toEqual(['remote/jina-like-reranker.ts']);
  });
});
