import { assertOutsideTransaction } from '@rae/database';
import { PlatformError } from '@rae/kernel';

/** Sends what `take` gives, in one transaction of the tenant, and answers in its order. `take` is called once, when there is a connection. */
type Send<Ask, Answer> = (tenantId: string, take: () => readonly Ask[]) => Promise<readonly Answer[]>;

interface Member<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** More would make the first wait for the last: each settlement more takes some 0.3 ms on Postgres 17. */
const MOST = 64;

/** The database may have committed all of it: to ask again could do it twice. */
const isUnknown = (error: unknown) => error instanceof PlatformError && error.code === 'DEPENDENCY_UNAVAILABLE';

/**
 * Callers of one tenant would wait for one another's locks; so what arrives while one statement of the tenant is under way goes
 * together in the next: one lock, one commit, one wait for all. Nobody waits for others to arrive. Each is told its own answer, and
 * where a statement fails, each of its members is sent by itself, so that none fails for another.
 *
 * @returns how to ask, outside of any transaction; it throws what `send` does
 */
export function createTogether<Ask, Answer>(what: string, send: Send<Ask, Answer>) {
  const waiting = new Map<string, Member<Ask, Answer>[]>();
  const sendAll = async (tenantId: string, take: () => readonly Member<Ask, Answer>[]): Promise<void> => {
    let members: readonly Member<Ask, Answer>[] = [];
    const takeAsks = () => {
      members = take();
      return members.map(({ ask }) => ask);
    };
    try {
      const answers = await send(tenantId, takeAsks);
      answers.forEach((answer, n) => {
        members[n]?.resolve(answer);
      });
    } catch (error) {
      if (members.length === 0) members = take(); // there was no connection
      if (members.length === 1 || isUnknown(error)) for (const { reject } of members) reject(error);
      else await Promise.all(members.map((member) => sendAll(tenantId, () => [member])));
    }
  };
  const drain = async (tenantId: string, queue: Member<Ask, Answer>[]): Promise<void> => {
    while (queue.length > 0) await sendAll(tenantId, () => queue.splice(0, MOST));
    waiting.delete(tenantId);
  };
  return (tenantId: string, ask: Ask): Promise<Answer> => {
    assertOutsideTransaction(what);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const queue = waiting.get(tenantId);
    if (queue) queue.push({ ask, resolve, reject });
    else {
      const begun = [{ ask, resolve, reject }];
      waiting.set(tenantId, begun);
      void drain(tenantId, begun);
    }
    return promise;
  };
}
