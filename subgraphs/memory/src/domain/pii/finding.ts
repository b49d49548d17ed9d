/** What is looked for. Names of people are not: no rule tells them from other words. */
export const SECRET_KINDS = ['API_KEY', 'JWT', 'PRIVATE_KEY', 'CREDENTIAL', 'CARD'] as const;
export const PERSONAL_KINDS = ['EMAIL', 'PHONE', 'IBAN', 'PESEL', 'NIP', 'REGON', 'SSN', 'IP'] as const;

export type PiiKind = (typeof SECRET_KINDS)[number] | (typeof PERSONAL_KINDS)[number];

/** Something found in a text, from `start` to before `end`, in UTF-16 units. */
export interface Finding {
  readonly kind: PiiKind;
  readonly start: number;
  readonly end: number;
}

/** Secrets and payment cards: whoever reads them can use them. */
export const isSecret = (kind: PiiKind): boolean => SECRET_KINDS.some((secret) => secret === kind);
