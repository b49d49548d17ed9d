/** Below this strength a memory has faded (RAE-agentic-memory archives semantic memories there). */
export const FADED_BELOW = 0.1;
/** What was stored or used within these days does not fade, however unimportant it was called. */
const SPARED_DAYS = 30;

const DAY_MS = 86_400_000;

/** The rule by which memories fade at `now`. */
export const fadingRule = (projectId: string | null, now: Date) =>
  ({
    reason: 'FADED',
    projectId,
    below: FADED_BELOW,
    unusedSince: new Date(now.getTime() - SPARED_DAYS * DAY_MS),
  }) as const;

/** A layer's retention as the instant before which it ends. */
export const retentionEnd = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);
