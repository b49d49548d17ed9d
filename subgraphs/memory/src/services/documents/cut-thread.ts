import { parentPort } from 'node:worker_threads';
import { isPlatformError } from '@rae/kernel';
import { chunkDocument } from '../../domain/chunking/chunk-document.ts';
import type { CutRequest, CutResponse } from './cut-document.ts';

/** What runs in the thread that cuts documents: one after the other. */
function answer({ content, mimeType, chunking }: CutRequest): CutResponse {
  try {
    return { chunks: chunkDocument(content, mimeType, chunking) };
  } catch (error) {
    if (isPlatformError(error))
      return { refused: { code: error.code, message: error.message, details: error.details } };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : 'unknown' };
  }
}

parentPort?.on('message', (request: CutRequest) => parentPort?.postMessage(answer(request)));
