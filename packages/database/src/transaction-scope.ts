import { AsyncLocalStorage } from 'node:async_hooks';

const scopes = new AsyncLocalStorage<{ open: boolean }>();

/** Runs `work` marked as inside a transaction, wherever it awaits, until it ends. */
export async function insideTransaction<T>(work: () => Promise<T>): Promise<T> {
  const scope = { open: true };
  try {
    return await scopes.run(scope, work);
  } finally {
    scope.open = false; // a timer or a promise that was begun inside may live on, and is outside from here
  }
}

/**
 * Throws inside a transaction. Asking a peer, a model, the network or a second transaction there would wait for ever with
 * one backend (embedded), and hold locks and the log's horizon while waiting with many.
 */
export function assertOutsideTransaction(what: string): void {
  if (scopes.getStore()?.open)
    throw new Error(`${what} inside a transaction: do it before or after, in a step of its own`);
}
