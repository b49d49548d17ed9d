import { badInput, type JsonValue } from '@rae/kernel';
import { findPii } from './find-pii.ts';
import { type Finding, isSecret, type PiiKind } from './finding.ts';

export const PII_POLICIES = ['OFF', 'FLAG', 'MASK', 'REJECT'] as const;
export type PiiPolicy = (typeof PII_POLICIES)[number];

export interface PiiPolicies {
  /** For secrets and payment cards. */
  readonly secretPolicy: PiiPolicy;
  /** For all other personal data. */
  readonly personalDataPolicy: PiiPolicy;
}

/** Applies policies to one text after the other, and gathers what was found. */
export interface PiiGuard {
  /** @throws BAD_USER_INPUT naming the field, kinds and places, never the value, where the policy says so */
  text(field: string, value: string): string;
  /** The same for every text in a JSON value; keys are names and stay. */
  json(field: string, value: JsonValue): JsonValue;
  /** Kinds found and those of them that were masked, in order of their names. */
  result(): { detectedPii: string[]; maskedPii: string[] };
}

function refuse(field: string, found: readonly Finding[]): never {
  const kinds = [...new Set(found.map(({ kind }) => kind))].sort();
  throw badInput(field, `holds ${kinds.join(', ')}, which this project does not store; leave it out, or mask it`, {
    kinds,
    places: found.map(({ kind, start, end }) => ({ kind, start, end })),
  });
}

const mask = (value: string, found: readonly Finding[]): string =>
  found.reduceRight((text, { kind, start, end }) => `${text.slice(0, start)}[${kind}]${text.slice(end)}`, value);

/** What a project's policies do to what is written to it. A masked value is replaced by its kind: `[EMAIL]`. */
export function createPiiGuard({ secretPolicy, personalDataPolicy }: PiiPolicies): PiiGuard {
  const detected = new Set<PiiKind>();
  const masked = new Set<PiiKind>();
  const policyOf = ({ kind }: Finding): PiiPolicy => (isSecret(kind) ? secretPolicy : personalDataPolicy);
  const isOff = secretPolicy === 'OFF' && personalDataPolicy === 'OFF';

  function text(field: string, value: string): string {
    const found = isOff ? [] : findPii(value).filter((finding) => policyOf(finding) !== 'OFF');
    const refused = found.filter((finding) => policyOf(finding) === 'REJECT');
    if (refused.length > 0) refuse(field, refused);
    const hidden = found.filter((finding) => policyOf(finding) === 'MASK');
    for (const { kind } of found) detected.add(kind);
    for (const { kind } of hidden) masked.add(kind);
    return hidden.length > 0 ? mask(value, hidden) : value;
  }

  function json(field: string, value: JsonValue): JsonValue {
    if (typeof value === 'string') return text(field, value);
    if (Array.isArray(value)) return value.map((item, at) => json(`${field}[${at}]`, item));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, json(`${field}.${key}`, item)]));
  }

  return { text, json, result: () => ({ detectedPii: [...detected].sort(), maskedPii: [...masked].sort() }) };
}
