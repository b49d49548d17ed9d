import { badInput } from '@rae/kernel';

/** `{{ name }}`: what a template has in place of a value. */
const PLACE = /\{\{\s*([A-Za-z_]\w{0,63})\s*\}\}/g;
const MAX_VARIABLES = 100;

/**
 * The names of a template's variables, each once, in their order.
 *
 * @throws BAD_USER_INPUT for a `{{` that begins no variable, at its position, and for more than 100 variables
 */
export function readVariables(template: string): string[] {
  const stray = template.replace(PLACE, (place) => ' '.repeat(place.length)).indexOf('{{');
  if (stray >= 0)
    throw badInput('input.template', `has a {{ at position ${stray} that begins no variable; write {{name}}`, {
      position: stray,
    });
  const names = [...new Set([...template.matchAll(PLACE)].map(([, name = '']) => name))];
  if (names.length > MAX_VARIABLES)
    throw badInput('input.template', `has ${names.length} variables; at most ${MAX_VARIABLES} are allowed`, {
      limit: MAX_VARIABLES,
      given: names.length,
    });
  return names;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toText(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw badInput(`variables.${name}`, 'must be a text, a number or a boolean');
}

/**
 * Puts values in the places of a template's variables. A value is put in as it is: `{{…}}` inside of it is text.
 *
 * @param given an object of texts, numbers and booleans by name: each variable, and nothing else
 * @throws BAD_USER_INPUT naming the variable that is missing, unknown or of another kind
 */
export function renderTemplate(template: string, variables: readonly string[], given: unknown): string {
  if (!isRecord(given)) throw badInput('variables', 'must be an object of values by name');
  const missing = variables.find((name) => !Object.hasOwn(given, name));
  if (missing !== undefined)
    throw badInput(`variables.${missing}`, 'is missing: the template has it', { variable: missing, variables });
  const unknown = Object.keys(given).find((name) => !variables.includes(name));
  if (unknown !== undefined)
    throw badInput(`variables.${unknown}`, 'is unknown: the template has no such variable', {
      variable: unknown,
      variables,
    });
  return template.replace(PLACE, (_place, name: string) => toText(name, given[name]));
}
