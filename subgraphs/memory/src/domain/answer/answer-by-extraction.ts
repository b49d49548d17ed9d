import { type Citation, EXTRACTIVE, type Outcome } from './answer.ts';
import { type Found, isRelevant, sayer } from './evidence.ts';
import { type Extracted, extractSentences } from './extract.ts';
import { nothingFound } from './nothing-found.ts';

/**
 * Answers without a language model, in the memories' own sentences, each with its citation: so every sentence is supported,
 * and groundedness is 1. Where nothing found speaks of what is asked it says so.
 */
export function answerByExtraction(question: string, found: Found): Outcome {
  const extracted = isRelevant(question, found) ? extractSentences(found) : [];
  if (extracted.length === 0) return nothingFound(found.language);
  const places = [...new Set(extracted.map(({ at }) => at))];
  const toCitation = ({ at, start, end }: Extracted): Citation[] => {
    const evidence = found.evidence[at];
    if (!evidence) return [];
    const quote = evidence.content.slice(start, end);
    const index = places.indexOf(at) + 1;
    return [{ index, memoryId: evidence.memoryId, quote, start, end, relevance: evidence.score, verified: true }];
  };
  const citations = extracted.flatMap(toCitation);
  const text = extracted.map(({ at, start, end }) => {
    const evidence = found.evidence[at];
    return evidence ? `${sayer(evidence)}${evidence.content.slice(start, end)} [${places.indexOf(at) + 1}]` : '';
  });
  return {
    status: 'ANSWERED',
    text: text.join('\n'),
    citations,
    groundedness: 1,
    model: EXTRACTIVE,
    degraded: [],
    sourceIds: [...new Set(citations.map(({ memoryId }) => memoryId))],
  };
}
