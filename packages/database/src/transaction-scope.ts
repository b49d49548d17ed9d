import { AsyncLocalStorage } from 'node:async_hooks';

const open = new AsyncLocalStorage<true>();

/** Runs `work` marked as inside a transaction, wherever it awaits. */
export const insideTransaction = <T>(work: () => Promise<T>): Promise<T> => open.run(true, work);

/** Runs `work` unmarked: what is started after the commit is not inside, even if it was called from there. */
export const outsideTransaction = <T>(work: () => T): T => open.exit(work);

/**
 * Throws inside a transaction. Asking a peer, a model, the network or a second transaction there would wait for ever with
 * one backend (embedded), and hold locks and the log's horizon while waiting with many.
 */
export function assertOutsideTransaction(what: string): void {
  if (open.getStore()) throw new Error(`${what} inside a transaction: do it before or after, in a step of its own`);
}
