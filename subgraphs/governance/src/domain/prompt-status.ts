import { PlatformError } from '@rae/kernel';

export type PromptStatus = 'DRAFT' | 'IN_REVIEW' | 'APPROVED' | 'PRODUCTION' | 'RETIRED';

/** A retired version may be approved again: that is how a rollout is taken back. */
const NEXT: Readonly<Record<PromptStatus, readonly PromptStatus[]>> = {
  DRAFT: ['IN_REVIEW', 'RETIRED'],
  IN_REVIEW: ['APPROVED', 'DRAFT', 'RETIRED'],
  APPROVED: ['PRODUCTION', 'DRAFT', 'RETIRED'],
  PRODUCTION: ['RETIRED'],
  RETIRED: ['APPROVED', 'DRAFT'],
};

/** What wants a second pair of eyes. */
const WANTS_OTHER: readonly PromptStatus[] = ['APPROVED', 'PRODUCTION'];

export interface StatusChange {
  readonly from: PromptStatus;
  readonly to: PromptStatus;
  readonly author: string;
  readonly actor: string;
  readonly fourEyes: boolean;
}

/**
 * Whether a version may take another status.
 *
 * @throws CONFLICT naming what may follow; FORBIDDEN where four eyes are wanted and the actor is the author
 */
export function checkStatusChange({ from, to, author, actor, fourEyes }: StatusChange): void {
  if (!NEXT[from].includes(to))
    throw new PlatformError('CONFLICT', `After ${from} comes ${NEXT[from].join(', ')}; ${to} does not.`, {
      field: 'status',
      from,
      to,
      allowed: NEXT[from],
      retryable: false,
    });
  if (fourEyes && WANTS_OTHER.includes(to) && author === actor)
    throw new PlatformError(
      'FORBIDDEN',
      `This tenant wants four eyes: somebody other than the version's author must set ${to}.`,
      { field: 'status', author },
    );
}
