/** Least to most; PLATFORM stands apart: it acts across tenants and includes none of the others. */
export const ROLES = ['READER', 'AGENT', 'OPERATOR', 'ADMIN', 'PLATFORM'] as const;
export type Role = (typeof ROLES)[number];

const LADDER: readonly Role[] = ['READER', 'AGENT', 'OPERATOR', 'ADMIN'];

export const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

/** Whether someone holding `held` may do what needs `needed`. */
export function hasRole(held: readonly Role[], needed: Role): boolean {
  if (needed === 'PLATFORM') return held.includes('PLATFORM');
  const least = LADDER.indexOf(needed);
  return held.some((role) => LADDER.indexOf(role) >= least);
}

/** Whether `held` covers every role of `asked`: a key gives no role that its maker lacks. */
export const coversRoles = (held: readonly Role[], asked: readonly Role[]): boolean =>
  asked.every((role) => hasRole(held, role));
