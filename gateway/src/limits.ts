import { PlatformError } from '@rae/kernel';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  visit,
} from 'graphql';
import { createMeasure, INTROSPECTION_DEPTH } from './operation-size.ts';

/** What one operation may ask for. Counts are of the whole operation, each fragment counted as often as it is spread. */
export interface QueryLimits {
  /** Lexical tokens of the document; parsing stops there. */
  readonly tokens: number;
  /** Fields inside fields; 1 is a root field without selections. `__schema` and `__type` have a depth of their own. */
  readonly depth: number;
  /** `alias: field`, `__typename` as well. */
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
  /** Fields after fragments are put in their places: what the planner has to look at. */
  readonly fields: number;
  /** Lists and objects inside each other, in a variable or a literal. */
  readonly inputDepth: number;
}

export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  tokens: 4_000,
  depth: 12,
  aliases: 64,
  directives: 64,
  rootFields: 32,
  fields: 2_000,
  inputDepth: 64,
};

const WORDS: Readonly<Record<keyof QueryLimits, string>> = {
  tokens: 'tokens or more',
  depth: 'levels of fields',
  aliases: 'aliases',
  directives: 'directives',
  rootFields: 'root fields',
  fields: 'fields',
  inputDepth: 'levels of lists and objects in a value',
};

/** An operation is larger than a limit allows; `what` is the limit's name. */
function tooComplex(what: keyof QueryLimits, limit: number, given: number): PlatformError {
  const message = `The operation has ${given} ${WORDS[what]}; at most ${limit} are allowed.`;
  return new PlatformError('QUERY_TOO_COMPLEX', message, { what, limit, given });
}

const isOfIntrospection = (definition: OperationDefinitionNode | FragmentDefinitionNode) =>
  definition.kind === Kind.FRAGMENT_DEFINITION && definition.typeCondition.name.value.startsWith('__');

function checkLiterals(document: DocumentNode, limit: number): void {
  let depth = 0;
  const enter = () => {
    depth += 1;
    if (depth > limit) throw tooComplex('inputDepth', limit, depth);
  };
  const leave = () => {
    depth -= 1;
  };
  visit(document, { ListValue: { enter, leave }, ObjectValue: { enter, leave } });
}

/**
 * Refuses a document whose largest operation is over a limit, before anything looks at it closer: graphql-js' own rules
 * overflow the stack on a few hundred circular fragments (measured at 300). Takes time linear in the document.
 *
 * @throws PlatformError QUERY_TOO_COMPLEX with `{ what, limit, given }`, BAD_USER_INPUT on circular fragments
 */
export function checkSize(document: DocumentNode, limits: QueryLimits): void {
  const measure = createMeasure(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const size = measure(definition.selectionSet);
    const directives = size.directives + (definition.directives?.length ?? 0);
    const depth = isOfIntrospection(definition) ? INTROSPECTION_DEPTH : limits.depth;
    if (size.depth > depth) throw tooComplex('depth', depth, size.depth);
    if (size.aliases > limits.aliases) throw tooComplex('aliases', limits.aliases, size.aliases);
    if (directives > limits.directives) throw tooComplex('directives', limits.directives, directives);
    if (size.fields > limits.fields) throw tooComplex('fields', limits.fields, size.fields);
    if (definition.kind === Kind.OPERATION_DEFINITION && size.width > limits.rootFields)
      throw tooComplex('rootFields', limits.rootFields, size.width);
  }
  checkLiterals(document, limits.inputDepth);
}

/** "Document contains more that N tokens", as graphql-js 16 spells it. */
const TOO_MANY_TOKENS = /contains more tha[tn] \d+ tokens/;

/**
 * Parses a text that is no larger than the limits allow.
 *
 * @throws PlatformError QUERY_TOO_COMPLEX, BAD_USER_INPUT on circular fragments; GraphQLError with the place of a syntax error
 */
export function parseWithin(query: string, limits: QueryLimits): DocumentNode {
  const document = parseText(query, limits);
  checkSize(document, limits);
  return document;
}

function parseText(query: string, limits: QueryLimits): DocumentNode {
  try {
    return parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError && TOO_MANY_TOKENS.test(error.message))
      throw tooComplex('tokens', limits.tokens, limits.tokens + 1);
    // the parser recurses: thousands of nested lists or selections overflow its stack
    if (error instanceof RangeError) throw tooComplex('depth', limits.depth, limits.depth + 1);
    throw error;
  }
}

/** Depth of lists and objects in a JSON value, walked without recursion; stops at `limit + 1`. */
function depthOf(value: unknown, limit: number): number {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let deepest = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    const depth = next.depth + 1;
    if (depth > limit) return depth;
    deepest = Math.max(deepest, depth);
    for (const inner of Object.values(next.value)) open.push({ value: inner, depth });
  }
  return deepest;
}

/** @throws PlatformError QUERY_TOO_COMPLEX when a variable's lists and objects are nested too deep to be handled */
export function checkVariables(variables: Readonly<Record<string, unknown>> | undefined, limits: QueryLimits): void {
  const given = depthOf(variables, limits.inputDepth + 1) - 1;
  if (given > limits.inputDepth) throw tooComplex('inputDepth', limits.inputDepth, given);
}
