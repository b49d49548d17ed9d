import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EncoderReply } from './serve-encoder.ts';

/** Programs that serve a model; each has a file of its name. */
export type EncoderEntry = 'use-lite' | 'transformers' | 'transformers-reranker';

/** One run of an encoder in a process of its own. */
export interface EncoderProcess {
  readonly pid: number | undefined;
  readonly alive: boolean;
  /**
   * The vectors of the texts, one after another. One batch at a time.
   *
   * @throws an Error when the encoder fails, its process ends, or it is silent for `timeoutMs` and is ended
   */
  encode(texts: readonly string[], timeoutMs: number): Promise<Float32Array>;
  /** Ends the process at once; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts an encoder in a process of its own: a crash of native code does not end the server, and tokenizing does not
 * hold up its event loop. The process gets neither the environment nor the Node flags of this one: it needs no secret,
 * must not wait for a debugger and reports no traces. Vectors come back by structured clone, as raw bytes. It ends with
 * this process.
 */
export function startEncoderProcess(entry: EncoderEntry, args: readonly string[]): EncoderProcess {
  const child = fork(fileURLToPath(new URL(`./${entry}-child.ts`, import.meta.url)), [...args], {
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = Promise.withResolvers<void>();
  let alive = true;
  let batch: PromiseWithResolvers<Float32Array> | null = null;
  const lose = (how: string) => {
    alive = false;
    batch?.reject(new Error(`the process of the encoder ${how}`));
    gone.resolve();
  };
  child.on('exit', (code, signal) => lose(`ended with ${signal ?? `exit code ${code}`}`));
  child.on('error', (error) => lose(`cannot be reached: ${error.message}`));
  child.on('message', (reply: EncoderReply) => {
    if ('error' in reply) batch?.reject(new Error(reply.error));
    else batch?.resolve(reply.vectors);
  });
  return {
    pid: child.pid,
    get alive() {
      return alive;
    },
    encode(texts, timeoutMs) {
      batch = Promise.withResolvers();
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      child.send(texts);
      return batch.promise.finally(() => clearTimeout(timer));
    },
    async stop() {
      child.kill('SIGKILL');
      await gone.promise;
    },
  };
}
