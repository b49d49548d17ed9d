import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

const refuse = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** `new Date` takes 30 February as 2 March. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function parseInstant(value: unknown): Date {
  const [text, year, month, day] = typeof value === 'string' ? (INSTANT.exec(value) ?? []) : [];
  const date = text !== undefined && isDay(Number(year), Number(month), Number(day)) ? new Date(text) : null;
  if (!date || Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1)
    throw refuse('DateTime must be an instant in ISO 8601 with its zone, such as 2026-11-21T08:30:00.000Z');
  return date;
}

/** An instant: ISO 8601 in UTC with milliseconds when given out; any zone is taken. RFC 3339 section 5.6. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value.toISOString() : parseInstant(value).toISOString()),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : null),
});

/** Any JSON value; its limits are checked where it is stored. */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** Money up to a thousand million million to the nano-dollar, and any count there is. */
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,9})?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !DECIMAL.test(text))
    throw refuse('Decimal must be a decimal number of at most 15 digits and 9 after the point, such as "0.25"');
  return text;
}

/**
 * An exact decimal as a string. Numbers are taken as they are written; NaN, exponents and what has more than 15 digits
 * before or 9 after the point are refused.
 */
export const DecimalScalar = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize: parseDecimal,
  parseValue: parseDecimal,
  parseLiteral: (node) =>
    parseDecimal(node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : null),
});

/** The scalars of the contract that have a meaning of their own, as resolvers. */
export const SCALARS = { DateTime: DateTimeScalar, JSON: JsonScalar };
