import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type TestTenant } from '@rae/testkit';

const COMMAND = new URL('../../apps/server/src/commands/ingest.ts', import.meta.url).pathname;
const DOCUMENTS = `query ($collection: String) {
  documents(collection: $collection, first: 200) { nodes { uri version chunkCount title mimeType chunks(first: 200) { totalCount nodes { content page } } } }
}`;

let tenant: TestTenant;
let folder: string;

beforeAll(async () => {
  tenant = await createTestTenant();
  folder = await mkdtemp(join(tmpdir(), 'rae-ingest-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(...args: string[]): {
  child: ChildProcess;
  ended: Promise<{ code: number | null; out: string; err: string }>;
} {
  const { url, key } = tenant.client;
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { PATH: process.env.PATH, RAE_URL: url, RAE_KEY: key },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, out, err })) };
}
const run = (...args: string[]) => start(...args).ended;
const documents = async (collection: string): Promise<Data[]> =>
  (await tenant.client.ask(DOCUMENTS, { collection })).documents.nodes;

/** A PDF of one line a page, as small as they come. */
function makePdf(pages: readonly string[], more = ''): Buffer {
  const kids = pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const page of pages) {
    const draw = `BT /F1 12 Tf 72 720 Td (${page}) Tj ET`;
    const own = `/MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${objects.length + 2} 0 R`;
    objects.push(`<< /Type /Page /Parent 2 0 R ${own} >>`, `<< /Length ${draw.length} >>\nstream\n${draw}\nendstream`);
  }
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${more} >>\nstartxref\n${table}\n%%EOF`;
  return Buffer.from(text, 'latin1');
}

test('a folder goes in once: text, Markdown, HTML, JSON and PDF with pages, through cyclic links; a second run changes nothing', async () => {
  const root = join(folder, 'mixed');
  await mkdir(join(root, 'inner'), { recursive: true });
  await writeFile(join(root, 'a.md'), '# Buoys\n\nThe mast is red.');
  await writeFile(join(root, 'b.txt'), Buffer.from('\ufeffPlain Łódź.', 'utf16le'));
  await writeFile(join(root, 'inner/c.html'), '<h1>Lamps</h1><p>Amber.</p>');
  await writeFile(join(root, 'inner/d.json'), '{"lamp": "amber"}');
  await writeFile(join(root, 'e.pdf'), makePdf(['Anchor page', 'Chain page']));
  await writeFile(join(root, '.hidden.md'), 'never');
  await symlink('..', join(root, 'inner/up'));
  await symlink('a.md', join(root, 'z.md'));
  const first = await run(root, '--collection', 'mixed');
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringContaining('5 files ingested in 6 chunks, 0 unchanged, 0 refused.'),
  });
  const found = await documents('mixed');
  expect(found.map(({ uri }) => uri.split('/').pop()).sort()).toEqual(['a.md', 'b.txt', 'c.html', 'd.json', 'e.pdf']);
  const of = (name: string) => found.find(({ uri }) => uri.endsWith(name)).chunks.nodes;
  expect(of('b.txt')).toEqual([{ content: 'Plain Łódź.', page: null }]);
  expect(of('e.pdf')).toEqual([
    { content: 'Anchor page', page: 1 },
    { content: 'Chain page', page: 2 },
  ]);
  expect((await run(root, '--collection', 'mixed')).out).toContain('0 files ingested in 0 chunks, 5 unchanged');
  await writeFile(join(root, 'a.md'), '# Buoys\n\nThe mast is blue.');
  expect((await run(root, '--collection', 'mixed')).out).toContain('1 files ingested in 1 chunks, 4 unchanged');
  expect((await documents('mixed')).find(({ uri }) => uri.endsWith('a.md')).version).toBe(2);
});

test('each file that is refused has a line that says why, the others go in, and the exit code is 2', async () => {
  const root = join(folder, 'bad');
  await mkdir(root);
  await writeFile(join(root, 'binary.txt'), Buffer.from([1, 0, 2, 3]));
  await writeFile(join(root, 'latin.txt'), Buffer.from([0x7a, 0xb3, 0xff]));
  await writeFile(join(root, 'not.pdf'), 'hello');
  await writeFile(join(root, 'scan.pdf'), makePdf(['']));
  await writeFile(
    join(root, 'locked.pdf'),
    makePdf(
      ['x'],
      '/Encrypt << /Filter /Standard /V 1 /R 2 /O (00000000000000000000000000000000) /U (00000000000000000000000000000000) /P -1 >> /ID [(a) (a)]',
    ),
  );
  await writeFile(join(root, 'photo.jpg'), 'x');
  await writeFile(join(root, 'blank.md'), ' \n');
  await writeFile(join(root, 'broken.json'), '{');
  await writeFile(join(root, 'script.html'), '<script>1</script>');
  await writeFile(join(root, 'large.txt'), '');
  await truncate(join(root, 'large.txt'), 100 * 1_048_576);
  await symlink('nowhere', join(root, 'dangling.md'));
  await symlink('loop.md', join(root, 'loop.md'));
  await writeFile(join(root, 'good.md'), 'Good.');
  const { code, out, err } = await run(root, '--collection', 'bad');
  expect([code, out]).toEqual([2, expect.stringContaining('1 files ingested in 1 chunks, 0 unchanged, 12 refused.')]);
  const reasons = Object.fromEntries(
    [...err.matchAll(/^refused {2}\S*\/(\S+): (.*)$/gm)].map(([, name, reason]) => [name, reason]),
  );
  expect(reasons).toEqual({
    'binary.txt': 'is binary, whatever its name says',
    'latin.txt': 'is no text in UTF-8',
    'not.pdf': 'is no PDF, or a broken one',
    'scan.pdf': 'holds no text; are its pages scanned pictures?',
    'locked.pdf': 'is encrypted; save it without a password first',
    'photo.jpg': 'is of no type that is read: .txt .text .md .markdown .html .htm .json .pdf',
    'blank.md': 'is empty',
    'broken.json': expect.stringContaining('is not JSON'),
    'script.html': expect.stringContaining('holds no text'),
    'large.txt': 'is 100 MiB; at most 50 are read, so cut it first',
    'dangling.md': 'leads nowhere',
    'loop.md': 'is a link that leads to itself',
  });
});

test('a run that is killed half way goes on where it was, and no chunk is there twice', async () => {
  const root = join(folder, 'killed');
  await mkdir(root);
  for (let at = 0; at < 20; at++)
    await writeFile(
      join(root, `${at}.md`),
      Array.from({ length: 5 }, (_, n) => `# Part ${n}\n\nFile ${at}.`).join('\n\n'),
    );
  const { child, ended } = start(root, '--collection', 'killed');
  while ((await documents('killed')).length < 3) await sleep(5);
  child.kill('SIGKILL');
  await ended;
  const before = (await documents('killed')).length;
  expect(before).toBeLessThan(20);
  const { code, out } = await run(root, '--collection', 'killed');
  const [, ingested, chunks, unchanged] = /(\d+) files ingested in (\d+) chunks, (\d+) unchanged/.exec(out) ?? [];
  // One file at a time: the server may still have been at the one that was under way when the run died.
  const underWay = 20 - before - Number(ingested);
  expect([0, 1]).toContain(underWay);
  expect([code, Number(chunks), Number(unchanged)]).toEqual([0, 5 * Number(ingested), before + underWay]);
  const found = await documents('killed');
  expect(found.map(({ version, chunks }) => [version, chunks.totalCount])).toEqual(Array(20).fill([1, 5]));
});

test('a file of 2.5 MB goes in as three parts, and those that are too many go when it shrinks', async () => {
  const file = join(folder, 'large.txt');
  // Blank lines, so that few chunks are to be embedded.
  await writeFile(file, Array.from({ length: 50 }, (_, at) => `Page ${at} of the log.${'\n'.repeat(50_000)}`).join(''));
  const args = [file, '--collection', 'parts'];
  expect((await run(...args)).out).toContain('1 files ingested');
  const titles = (await documents('parts')).map(({ title }) => title).sort();
  expect(titles).toEqual(['large (part 1 of 3)', 'large (part 2 of 3)', 'large (part 3 of 3)']);
  await truncate(file, 500);
  await appendFile(file, 'The end.');
  expect((await run(...args)).code).toBe(0);
  expect((await documents('parts')).map(({ title, version }) => [title, version])).toEqual([['large', 2]]);
});

test('a folder that is not there, and no folder at all, end with 2 and 1 and a sentence', async () => {
  expect(await run(join(folder, 'none'))).toMatchObject({ code: 2, err: expect.stringContaining('leads nowhere') });
  expect(await run()).toMatchObject({
    code: 1,
    err: expect.stringContaining('takes one folder or file: npm run ingest'),
  });
});
