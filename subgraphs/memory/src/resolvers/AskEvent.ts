import type { HeardFrame } from '../services/answers/hear-answer.ts';

const TYPES = { RETRIEVED: 'AskRetrieved', DELTA: 'AskDelta', COMPLETED: 'AskCompleted' } as const;

export const AskEvent = {
  __resolveType: ({ kind }: HeardFrame) => TYPES[kind],
};
