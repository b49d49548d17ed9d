import type { JsonValue } from '@rae/kernel';
import type { Memory } from '../memory-row.ts';
import type { CreateMemoryInput } from '../new-memory.ts';
import type { Statement } from './statement.ts';

/** A reflection that is not written yet. */
export interface ReflectionDraft {
  readonly statement: Statement;
  /** `extractive`, or the model that wrote it. */
  readonly model: string;
  /** In the order in which they were told. */
  readonly members: readonly Memory[];
  /** 1: of what was remembered; 2: of reflections of level 1, and so on. */
  readonly level: number;
}

function isRecord(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The level that a memory says it is a reflection of; 0 for any other. */
function ownLevel({ layer, metadata }: Memory): number {
  const reflection = layer === 'REFLECTIVE' && isRecord(metadata) ? metadata.reflection : undefined;
  return isRecord(reflection) && typeof reflection.level === 'number' ? reflection.level : 0;
}

/** One above the highest of its sources. */
export const levelOf = (members: readonly Memory[]): number => Math.max(0, ...members.map(ownLevel)) + 1;

/** What all of them have; null where they differ. */
function common<T>(values: readonly T[]): T | null {
  const [first, ...rest] = values;
  return first !== undefined && rest.every((value) => value === first) ? first : null;
}

/**
 * The memory that a reflection is written as: a line of what is in common, then its sentences. `metadata.reflection` holds the
 * level, the focus, who wrote it, and for each sentence its place (UTF-16 units) and sources. It is filed under who asked, else under the
 * person and agent that all sources share, and occurred when the last of them did.
 */
export function toReflection(
  { statement, model, members, level }: ReflectionDraft,
  focus: string | null,
  filed: { readonly userId: string | null; readonly agentId: string | null; readonly sessionId: string | null },
): { input: CreateMemoryInput; summary: string } {
  const sentences: JsonValue[] = [];
  let content = '';
  for (const { text, sourceIds } of statement.sentences) {
    const start = content === '' ? 0 : content.length + 1;
    content = content === '' ? text : `${content}\n${text}`;
    sentences.push({ start, end: content.length, sourceIds: [...sourceIds] });
  }
  const latest = Math.max(...members.map(({ occurredAt }) => occurredAt.getTime()));
  const input: CreateMemoryInput = {
    layer: 'REFLECTIVE',
    content,
    metadata: { reflection: { level, focus, model, sentences } },
    userId: filed.userId ?? common(members.map(({ userId }) => userId)),
    agentId: filed.agentId ?? common(members.map(({ agentId }) => agentId)),
    sessionId: filed.sessionId,
    occurredAt: new Date(latest),
  };
  return { input, summary: statement.summary };
}
