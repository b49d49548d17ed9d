import { findIbans, findIps, findMails } from './addresses.ts';
import { type Finding, isSecret } from './finding.ts';
import { findEuropeanNips, findNumbers, findParenthesised } from './numbers.ts';
import { findSecrets } from './secrets.ts';

/**
 * Secrets and personal data in a text, from its start to its end, none over another: where two claim the same signs the
 * earlier one has them, of two at one place the secret, else the longer. By rules and checksums alone, the same text always gives the same;
 * takes time in proportion to the text.
 */
export function findPii(text: string): Finding[] {
  const claims = [
    ...findSecrets(text),
    ...findIbans(text),
    ...findMails(text),
    ...findIps(text),
    ...findParenthesised(text),
    ...findEuropeanNips(text),
    ...findNumbers(text),
  ];
  let over = 0;
  return claims
    .sort((a, b) => a.start - b.start || Number(isSecret(b.kind)) - Number(isSecret(a.kind)) || b.end - a.end)
    .filter(({ start, end }) => {
      if (start < over) return false;
      over = end;
      return true;
    });
}
