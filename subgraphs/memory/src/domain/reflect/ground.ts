import { detectLanguage } from '../../engine/language.ts';
import type { Evidence } from '../answer/evidence.ts';
import { supportedSentences } from '../answer/verify.ts';
import type { Statement } from './statement.ts';

const MOST_SENTENCES = 8;

/**
 * What is kept of a statement that a model wrote: the sentences that the memories they cite support, at most eight; the first
 * is the summary. Null: none is supported.
 */
export function groundStatement(text: string, evidence: readonly Evidence[]): Statement | null {
  const language = detectLanguage(evidence.map(({ content }) => content).join(' '));
  const sentences = supportedSentences(text, { evidence, language }).slice(0, MOST_SENTENCES);
  const [first] = sentences;
  return first ? { summary: first.text, sentences } : null;
}
