import { type IdempotentCall, once } from '@rae/database';
import { PlatformError, type Transaction } from '@rae/kernel';

/**
 * `once` for work whose answer holds a secret: what it made is done once, and the secret is told once.
 *
 * @param id what was made, as the refusal of a repeat names it
 * @throws CONFLICT (not retryable) for a repeat under the same key and input; IDEMPOTENCY_CONFLICT for other input
 */
export async function onceShown<T>(
  tx: Transaction,
  call: IdempotentCall,
  work: () => Promise<T>,
  id: (made: T) => string,
): Promise<T> {
  const made: T[] = [];
  const { result } = await once(tx, call, async () => {
    const answer = await work();
    made.push(answer);
    return id(answer);
  });
  const [answer] = made;
  if (answer !== undefined) return answer;
  const message = `This idempotencyKey has made ${result}, and its secret was shown then and is not shown again; make another under a new idempotencyKey, and revoke what you cannot use.`;
  throw new PlatformError('CONFLICT', message, { field: 'idempotencyKey', made: result, retryable: false });
}
