import type { Memory } from '../../domain/memory-row.ts';
import { summarise } from '../../domain/summarise.ts';

/** A reflection's first line, as it was written; of any other memory its telling sentences, found when asked. Null: it is short. */
export const readSummary = ({ summary, content }: Memory): string | null => summary ?? summarise(content);
