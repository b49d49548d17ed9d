import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { badInput, type ErrorCode, type ErrorDetails, PlatformError } from '@rae/kernel';
import type { MimeType } from '../../domain/chunking/mime-type.ts';
import type { Chunk, Chunking } from '../../domain/chunking/pack-chunks.ts';
import { createGate } from './gate.ts';

export interface CutRequest {
  readonly content: string;
  readonly mimeType: MimeType;
  readonly chunking: Chunking;
}

/** What the thread answers. */
export type CutResponse =
  | { readonly chunks: readonly Chunk[] }
  | { readonly refused: { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails } }
  | { readonly failed: string };

export interface DocumentCutter {
  /** @throws BAD_USER_INPUT for a document that cannot be read as what it says it is, or takes too long */
  cut(request: CutRequest): Promise<readonly Chunk[]>;
  close(): Promise<void>;
}

/** 1 MiB of Markdown takes some 4 s; what takes ten times as long was written to. */
const MOST_MS = 40_000;

function open(response: CutResponse): readonly Chunk[] {
  if ('chunks' in response) return response.chunks;
  if ('refused' in response) {
    const { code, message, details } = response.refused;
    throw new PlatformError(code, message, details);
  }
  throw new Error(`cutting a document failed: ${response.failed}`);
}

/**
 * Cuts documents in a thread of its own, one at a time: reading 1 MiB would hold up every other request for seconds. A
 * document that takes longer than `mostMs` is given up with its thread, and the next one gets a new thread.
 */
export function createDocumentCutter(mostMs = MOST_MS): DocumentCutter {
  const oneAtATime = createGate(1);
  let thread: Worker | null = null;

  function start(): Worker {
    const started = new Worker(new URL('./cut-thread.ts', import.meta.url), { execArgv: [] });
    started.unref(); // an idle thread keeps no process alive
    started.once('exit', () => {
      if (thread === started) thread = null;
    });
    thread = started;
    return started;
  }

  async function run(request: CutRequest): Promise<readonly Chunk[]> {
    const worker = thread ?? start();
    const timeout = AbortSignal.timeout(mostMs);
    worker.postMessage(request);
    try {
      const [response] = await once(worker, 'message', { signal: timeout });
      return open(response);
    } catch (error) {
      if (!timeout.aborted) throw error;
      await worker.terminate();
      throw badInput('input.content', `takes longer than ${mostMs / 1_000} s to cut; send it in parts`, {
        limit: mostMs,
      });
    }
  }

  return {
    cut: (request) => oneAtATime(() => run(request)),
    close: async () => void (await thread?.terminate()),
  };
}
