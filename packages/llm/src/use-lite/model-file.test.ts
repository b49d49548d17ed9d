import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ensureModelFile } from './model-file.ts';

const MODEL = Buffer.from('a model of some bytes');

let folder = '';
let path = '';
let built = 0;

const build = () => {
  built += 1;
  return [MODEL.subarray(0, 7), MODEL.subarray(7)];
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rae-model-'));
  path = join(folder, 'not', 'there', 'model.onnx');
  built = 0;
});

afterEach(() => rm(folder, { recursive: true }));

const start = async () => (await readFile(path)).subarray(0, MODEL.length);

test('a missing file is built once, in folders that are made, and nothing else is left beside it', async () => {
  expect(await ensureModelFile(path, build)).toBe(true);
  expect(await ensureModelFile(path, build)).toBe(false);
  expect(built).toBe(1);
  expect(await start()).toEqual(MODEL);
  expect(await readdir(join(folder, 'not', 'there'))).toEqual(['model.onnx']);
});

test.each([0, 1, 10, 60, 86])('a file that was torn after %i bytes is built anew', async (size) => {
  await ensureModelFile(path, build);
  await truncate(path, size);
  expect(await ensureModelFile(path, build)).toBe(true);
  expect(await start()).toEqual(MODEL);
});

test.each([0, 5, 20, 25, 86])('a file whose byte %i was changed is built anew', async (position) => {
  await ensureModelFile(path, build);
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
  await writeFile(path, bytes);
  expect(await ensureModelFile(path, build)).toBe(true);
  expect(await start()).toEqual(MODEL);
});

test('eight at the same time leave one whole file', async () => {
  await Promise.all(Array.from({ length: 8 }, () => ensureModelFile(path, build)));
  expect(await ensureModelFile(path, build)).toBe(false);
  expect(await readdir(join(folder, 'not', 'there'))).toEqual(['model.onnx']);
});

test('a folder that cannot be made is told as the file system tells it', async () => {
  await writeFile(join(folder, 'not'), 'a file');
  await expect(ensureModelFile(path, build)).rejects.toThrow('ENOTDIR');
});
