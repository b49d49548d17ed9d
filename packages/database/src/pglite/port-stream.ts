import { Duplex } from 'node:stream';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';

/**
 * One client's connection to the PGlite thread, in the shape that `pg` expects of a socket (its `stream` option): the wire
 * protocol over a MessagePort, with no socket, file or password.
 */
export class PortStream extends Duplex {
  readonly #worker: Worker | null;
  #port: MessagePort | null = null;

  /** @param worker null: it is gone, and refuses as a server does that does not run */
  constructor(worker: Worker | null) {
    super();
    this.#worker = worker;
  }

  connect(): this {
    if (!this.#worker) {
      const refusal = new Error('the embedded database has stopped');
      return this.destroy(Object.assign(refusal, { code: 'ECONNREFUSED' }));
    }
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (bytes: Uint8Array | null) => {
      this.push(bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    port1.on('close', () => {
      this.push(null);
      this.destroy();
    });
    this.#worker.postMessage({ client: port2 }, [port2]);
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#port?.postMessage(new Uint8Array(chunk));
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#port?.postMessage(new Uint8Array(Buffer.concat(chunks.map(({ chunk }) => chunk))));
    done();
  }

  override _final(done: () => void): void {
    this.#port?.postMessage(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port?.close();
    done(error);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    this.#port?.ref();
    return this;
  }

  unref(): this {
    this.#port?.unref();
    return this;
  }
}
