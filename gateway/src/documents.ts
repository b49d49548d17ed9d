import { badInput, type Caller, isPlatformError } from '@rae/kernel';
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  validate,
} from 'graphql';
import { type AccessRules, checkAccess } from './access.ts';
import { asGraphQLError } from './errors.ts';
import { checkVariables, parseWithin, type QueryLimits } from './limits.ts';
import { createLru } from './lru.ts';
import type { TransportRequest } from './transport.ts';

/** What the gateway serves at present; replaced as a whole by a reload. */
export interface ServedSchema {
  readonly schema: GraphQLSchema;
  readonly access: AccessRules;
}

export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** With the defaults of the operation. */
  readonly coerced: Readonly<Record<string, unknown>>;
}

export type Prepared = PreparedOperation | { readonly errors: readonly GraphQLError[] };

const KEPT_DOCUMENTS = 1_000;

/** The one gate in front of execution: size, syntax, validity, roles; documents are kept by their text. */
export interface Documents {
  /** @throws PlatformError QUERY_TOO_COMPLEX, BAD_USER_INPUT on circular fragments; other mistakes are told by whoever executes */
  admit(query: string): void;
  /** For operations that do not go through Apollo Server: checks all of it and gives what is to be executed. */
  prepare(request: TransportRequest, caller: Caller): Prepared;
  /** @throws PlatformError QUERY_TOO_COMPLEX, FORBIDDEN */
  checkOperation(operation: Pick<PreparedOperation, 'document' | 'operation' | 'variables'>, caller: Caller): void;
}

export function createDocuments(limits: QueryLimits, served: () => ServedSchema): Documents {
  const parsed = createLru<DocumentNode>(KEPT_DOCUMENTS);
  const valid = new WeakMap<DocumentNode, GraphQLSchema>();

  function parseOnce(query: string): DocumentNode {
    const known = parsed.get(query);
    if (known) return known;
    const document = parseWithin(query, limits);
    parsed.set(query, document);
    return document;
  }

  function validateOnce(document: DocumentNode): readonly GraphQLError[] {
    const { schema } = served();
    if (valid.get(document) === schema) return [];
    const errors = validate(schema, document);
    if (errors.length === 0) valid.set(document, schema);
    return errors.map(asGraphQLError);
  }

  const checkOperation: Documents['checkOperation'] = ({ document, operation, variables }, caller) => {
    checkVariables(variables, limits);
    checkAccess(served().access, document, operation, variables, caller);
  };

  function prepare({ query, variables = {}, operationName }: TransportRequest, caller: Caller): Prepared {
    const document = parseOnce(query);
    const errors = validateOnce(document);
    if (errors.length > 0) return { errors };
    const operation = getOperationAST(document, operationName);
    if (!operation)
      throw badInput(
        'operationName',
        operationName ? 'no operation has this name' : 'say which operation of the document is meant',
      );
    checkVariables(variables, limits);
    const values = getVariableValues(served().schema, operation.variableDefinitions ?? [], variables);
    if (values.errors) return { errors: values.errors.map(asGraphQLError) };
    checkOperation({ document, operation, variables: values.coerced }, caller);
    return { document, operation, variables, coerced: values.coerced };
  }

  return {
    admit(query) {
      try {
        parseOnce(query);
      } catch (error) {
        if (isPlatformError(error)) throw error;
      }
    },
    prepare(request, caller) {
      try {
        return prepare(request, caller);
      } catch (error) {
        return { errors: [asGraphQLError(error)] };
      }
    },
    checkOperation,
  };
}
