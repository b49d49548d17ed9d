import { badInput } from '@rae/kernel';
import { formatUsd, MAX_USD, NANO_PER_USD } from './money.ts';

/**
 * Refuses what no call costs, before it comes near the end of what a counter can hold.
 *
 * @throws BAD_USER_INPUT above 1 000 000 000 USD
 */
export function checkCost(field: string, nano: bigint): bigint {
  if (nano <= BigInt(MAX_USD) * NANO_PER_USD) return nano;
  throw badInput(
    field,
    `costs ${formatUsd(nano)} USD at the model's price; at most ${MAX_USD} USD a call are counted`,
    {
      limit: MAX_USD,
      given: formatUsd(nano),
    },
  );
}
