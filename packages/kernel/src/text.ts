import { badInput } from './platform-error.ts';

/**
 * Checks a text that is to be stored: `min`..`max` UTF-16 units, no NUL (Postgres cannot hold one), no unpaired surrogate
 * (it would come back as another character).
 *
 * @throws BAD_USER_INPUT naming the field, the limit and what was given
 */
export function checkText(field: string, value: string, max: number, min = 1): string {
  if (value.length > max)
    throw badInput(field, `holds ${value.length} characters; at most ${max} are allowed`, {
      limit: max,
      given: value.length,
    });
  if (value.length < min || (min > 0 && value.trim() === ''))
    throw badInput(field, `must hold at least ${min} character${min === 1 ? '' : 's'} that is not blank`, {
      limit: min,
      given: value.length,
    });
  const nul = value.indexOf('\0');
  if (nul >= 0) throw badInput(field, `holds a NUL character at position ${nul}; leave it out`, { position: nul });
  if (!value.isWellFormed()) throw badInput(field, 'holds an unpaired surrogate; send well-formed Unicode');
  return value;
}
