// The thread that PGlite lives in. It serves Postgres' wire protocol over MessagePorts, so that the Postgres driver talks
// to it as to any server, and so that a slow statement never holds up the main thread.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';
import { answerOnce, createWireCutter } from './wire.ts';

interface Waiting {
  client: MessagePort;
  /** Null: the client left behind all that it sent. */
  batch: Buffer | null;
}

const folder: string = workerData.folder;
const fresh = !existsSync(join(folder, 'PG_VERSION'));
const db = await PGlite.create({
  dataDir: folder,
  extensions: { vector },
  ...(fresh ? { loadDataDir: await dataDir() } : {}),
});

const queue: Waiting[] = [];
let owner: MessagePort | null = null; // has a transaction open: nobody else is served until it ends
let pumping: Promise<void> | null = null;
let closing = false; // nothing is served any more; what is open is rolled back by the next start

let answers: Uint8Array<ArrayBuffer>[] = []; // to batches of one client that came together: they go back as one message

function send(client: MessagePort): void {
  const [only = new Uint8Array(), ...more] = answers;
  const whole = more.length === 0 ? only : new Uint8Array(Buffer.concat(answers));
  answers = [];
  client.postMessage(whole, [whole.buffer]);
}

async function serve(client: MessagePort, batch: Buffer): Promise<void> {
  try {
    const answer = await db.execProtocolRaw(batch);
    answers.push(new Uint8Array(answerOnce(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength))));
    const isNext = !closing && queue[0]?.client === client && queue[0].batch !== null;
    if (!isNext) send(client);
  } catch {
    if (answers.length > 0) send(client);
    client.close();
  }
  owner = db.isInTransaction() ? client : null;
}

async function leave(client: MessagePort): Promise<void> {
  if (owner !== client) return;
  await db.exec('rollback');
  owner = null;
}

/** One backend, so one batch at a time; a client that left inside a transaction is rolled back. */
async function drain(): Promise<void> {
  while (!closing) {
    const at = owner ? queue.findIndex(({ client }) => client === owner) : 0;
    const [next] = at < 0 ? [] : queue.splice(at, 1);
    if (!next) break;
    await (next.batch ? serve(next.client, next.batch) : leave(next.client));
  }
}

function pump(): void {
  pumping ??= drain().finally(() => {
    pumping = null;
  });
}

function accept(client: MessagePort): void {
  const cutter = createWireCutter();
  client.on('message', (chunk: Uint8Array | null) => {
    if (chunk === null) return client.close();
    const { batches, encryption, terminated } = cutter.push(
      Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    );
    if (encryption) client.postMessage(Buffer.from('N'));
    for (const batch of batches) queue.push({ client, batch });
    if (terminated) client.close();
    pump();
  });
  client.on('close', () => {
    queue.push({ client, batch: null });
    pump();
  });
}

parentPort?.on('message', async (message: { client?: MessagePort; close?: true }) => {
  if (message.client) return accept(message.client);
  closing = true;
  await pumping;
  await db.close();
  parentPort?.postMessage({ closed: true });
});
parentPort?.postMessage({ ready: true });
