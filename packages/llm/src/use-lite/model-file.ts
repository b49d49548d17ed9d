import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text } from './protobuf.ts';

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** ModelProto.doc_string, which readers of the model pass over: it makes the file vouch for itself. */
const seal = (model: readonly Uint8Array[]) => Buffer.concat(text(6, sha256(model)));

const SEAL_BYTES = seal([]).byteLength;

async function isWhole(path: string): Promise<boolean> {
  const file = await readFile(path).catch(() => null);
  if (!file || file.byteLength <= SEAL_BYTES) return false;
  const model = file.subarray(0, -SEAL_BYTES);
  return file.subarray(-SEAL_BYTES).equals(seal([model]));
}

/**
 * Makes sure that `path` holds a whole ONNX model: builds it where there is no file, or one that is torn or was
 * changed, as its last bytes, the SHA-256 of those before, tell. It is written beside `path` and renamed, so that
 * whoever reads finds the old file or the new one; several processes may do so at the same time.
 *
 * @param build the model in parts
 * @returns whether it was built
 * @throws what the file system throws when the folder cannot be made or written
 */
export async function ensureModelFile(path: string, build: () => readonly Uint8Array[]): Promise<boolean> {
  if (await isWhole(path)) return false;
  const model = build();
  const unfinished = `${path}.${randomUUID()}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, [...model, seal(model)]);
  await rename(unfinished, path);
  return true;
}
