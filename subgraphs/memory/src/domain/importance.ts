import type { MemoryLayer } from './memory-row.ts';

/** What is distilled weighs more than what was merely said. Our own judgement; no measurement behind it. */
const BASE: Readonly<Record<MemoryLayer, number>> = {
  WORKING: 0.2,
  EPISODIC: 0.3,
  SEMANTIC: 0.5,
  PROCEDURAL: 0.5,
  REFLECTIVE: 0.6,
};
const MOST_FOR_SUBSTANCE = 0.3;
const WORDS_OF_SUBSTANCE = 60;

/**
 * Importance of a memory whose writer gave none, 0..1: by its layer, and up to 0.3 more for substance, the number of its
 * different words of four letters or more. Deterministic.
 */
export function judgeImportance(content: string, layer: MemoryLayer): number {
  const words = new Set(
    content
      .slice(0, 8_192)
      .toLowerCase()
      .match(/\p{L}{4,}/gu),
  );
  const substance = Math.min(1, words.size / WORDS_OF_SUBSTANCE);
  return Math.round((BASE[layer] + MOST_FOR_SUBSTANCE * substance) * 1_000) / 1_000;
}
