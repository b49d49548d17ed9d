import { type Caller, type Context, hasRole, isRole, PlatformError, type Resolvers, type Role } from '@rae/kernel';
import { type DirectiveNode, type DocumentNode, type FieldDefinitionNode, Kind } from 'graphql';

/** The least role of every root field, by `Query.memory`. */
export type AccessRules = ReadonlyMap<string, Role>;

type Resolve = (source: unknown, args: unknown, ctx: Context, info: unknown) => unknown;

const ROOT_TYPES: readonly string[] = ['Query', 'Mutation', 'Subscription'];

function roleOf(directives: readonly DirectiveNode[] | undefined): Role | null {
  const access = directives?.find((directive) => directive.name.value === 'access');
  const role = access?.arguments?.find((argument) => argument.name.value === 'role')?.value;
  return role?.kind === Kind.ENUM && isRole(role.value) ? role.value : null;
}

function ruleOf(type: string, { name, directives }: FieldDefinitionNode): [string, Role] {
  const field = `${type}.${name.value}`;
  const role = roleOf(directives);
  if (role) return [field, role];
  throw new Error(`${field} names no role: a root field without @access(role: …) would be open to everyone. Add one.`);
}

/**
 * Reads `@access` off every root field of a schema, a subgraph's or the supergraph.
 *
 * @throws Error naming the field that has none; such a schema is not served
 */
export function readAccess(document: DocumentNode): AccessRules {
  const rules = document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) return [];
    if (!ROOT_TYPES.includes(definition.name.value)) return [];
    return (definition.fields ?? []).map((field) => ruleOf(definition.name.value, field));
  });
  return new Map(rules);
}

/**
 * Whether the caller's roles reach a root field. One that has no rule wants PLATFORM.
 *
 * @throws FORBIDDEN with `{ field, needed, held }`
 */
export function checkAccess(rules: AccessRules, field: string, caller: Caller): void {
  const needed = rules.get(field) ?? 'PLATFORM';
  if (hasRole(caller.roles, needed)) return;
  const held = [...caller.roles];
  const message = `${field} needs the role ${needed}; this credential holds ${held.join(', ') || 'none'}.`;
  throw new PlatformError('FORBIDDEN', message, { field, needed, held });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isResolve = (value: unknown): value is Resolve => typeof value === 'function';

function guard(rules: AccessRules, field: string, resolver: unknown): unknown {
  const guarded =
    (resolve: Resolve): Resolve =>
    (source, args, ctx, info) => {
      checkAccess(rules, field, ctx.caller);
      return resolve(source, args, ctx, info);
    };
  if (isResolve(resolver)) return guarded(resolver);
  if (isRecord(resolver) && isResolve(resolver.subscribe))
    return { ...resolver, subscribe: guarded(resolver.subscribe) };
  throw new Error(`${field} stands in the schema and has no resolver. Add one, or take the field out.`);
}

/**
 * Lets a subgraph check roles itself, whatever its gateway did: wraps each resolver of a root field (of a subscription
 * its `subscribe`) so that it asks `@access` first.
 *
 * @throws Error naming a root field without `@access` or without a resolver; such a subgraph does not start
 */
export function guardResolvers(typeDefs: DocumentNode, resolvers: Resolvers): Resolvers {
  const rules = readAccess(typeDefs);
  const roots = Object.fromEntries(ROOT_TYPES.map((type): [string, Record<string, unknown>] => [type, {}]));
  for (const field of rules.keys()) {
    const [type = '', name = ''] = field.split('.');
    const given = resolvers[type];
    roots[type] = { ...roots[type], [name]: guard(rules, field, isRecord(given) ? given[name] : undefined) };
  }
  const used = Object.entries(roots).filter(([, fields]) => Object.keys(fields).length > 0);
  return { ...resolvers, ...Object.fromEntries(used) };
}
