import type { Match, PriceTable, TableModel, TableProvider } from './read-table.ts';

function matches(match: Match, name: string): boolean {
  if (typeof match === 'string') return match === name;
  if ('starts' in match) return name.startsWith(match.starts);
  if ('ends' in match) return name.endsWith(match.ends);
  if ('contains' in match) return name.includes(match.contains);
  if ('regex' in match) return new RegExp(match.regex).test(name);
  if ('any' in match) return match.any.some((one) => matches(one, name));
  return match.all.every((one) => matches(one, name));
}

/** `-20250929` is the same snapshot as `-2025-09-29`. */
const DATE = /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g;

function findAmong(provider: TableProvider, name: string, table: PriceTable): TableModel | undefined {
  const own = provider.models.find(([, match]) => matches(match, name));
  if (own) return own;
  for (const id of provider.through ?? []) {
    const other = table.providers.find((one) => one.id === id);
    const found = other?.models.find(([, match]) => matches(match, name));
    if (found) return found;
  }
}

/** The table's row of a model in lower case; null: the table has none of that name. */
export function findModel(table: PriceTable, provider: string, model: string): TableModel | null {
  const own = table.providers.find(({ id }) => id === provider);
  if (!own) return null;
  return findAmong(own, model, table) ?? findAmong(own, model.replace(DATE, '-$1-$2-$3'), table) ?? null;
}

/** The provider whose models bear such names; null where nothing tells. */
export const findOwner = (table: PriceTable, model: string): string | null =>
  table.providers.find(({ owns }) => owns !== undefined && matches(owns, model))?.id ?? null;
