import type { Citation } from './answer.ts';
import { type Evidence, type Found, sentencesOf } from './evidence.ts';
import { findQuote } from './find-quote.ts';
import { type Span, splitSentences } from './sentences.ts';
import { numbersIn, topicTerms } from './terms.ts';

/**
 * A sentence is supported when so much of its topic words stands in what it cites, and every number: the precision of its
 * words against the knowledge given (K-Precision: Adlakha et al. 2023, "Evaluating Correctness and Faithfulness of
 * Instruction-Following Models for Question Answering"), the measure of word overlap closest to human judgement there. The
 * bound is ours: a choice, not measured against what people judge.
 */
const LEAST_SUPPORT = 0.5;
const MARKS = /\[\d{1,3}(?:\s*,\s*\d{1,3})*\]/g;
const MARKS_WITH_BLANKS = new RegExp(`\\s*${MARKS.source}`, 'g');
/** Marks behind a full stop stand at the beginning of the next sentence, and belong to the one before. */
const LEADING_MARKS = /^(?:\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+/;
const QUOTED = /["“„]([^"“”„]{8,}?)["”]/g;
const MOST_CLAIM = 300;

/** A sentence of an answer: what it says, and the places that it cites. */
interface Claim {
  readonly text: string;
  readonly cited: readonly number[];
}

const numbersOf = (marks: string): number[] =>
  (marks.match(MARKS) ?? []).flatMap((mark) => mark.match(/\d+/g) ?? []).map(Number);

function claimsOf(text: string): Claim[] {
  const claims: { text: string; cited: number[] }[] = [];
  for (const { start, end } of splitSentences(text)) {
    const sentence = text.slice(start, end);
    const before = claims.at(-1);
    const leading = before ? (LEADING_MARKS.exec(sentence)?.[0] ?? '') : '';
    before?.cited.push(...numbersOf(leading));
    const own = sentence.slice(leading.length);
    const said = own.replace(MARKS_WITH_BLANKS, '').replace(/\s+/g, ' ').trim();
    if (/[\p{L}\p{N}]/u.test(said)) claims.push({ text: said, cited: numbersOf(own) });
  }
  return claims.map(({ text: said, cited }) => ({ text: said, cited: [...new Set(cited)] }));
}

/** What a memory says, for comparison: its text, who said it, and when. */
const saidBy = ({ content, speaker, occurredAt }: Evidence): string =>
  `${speaker ?? ''} ${content} ${occurredAt.toISOString().slice(0, 10)} ${occurredAt.toUTCString()}`;

function supports(claim: string, sources: readonly string[], question: string, language: string): boolean {
  const told = `${sources.join(' ')} ${question}`;
  const numbers = new Set(numbersIn(told).flatMap((number) => [number, number.replace(/^0+/, '')]));
  if (numbersIn(claim).some((number) => !numbers.has(number))) return false;
  const terms = [...topicTerms(claim, language)];
  const known = topicTerms(sources.join(' '), language);
  return terms.filter((term) => known.has(term)).length >= LEAST_SUPPORT * terms.length;
}

/** The sentence of a memory that shares most words with a claim. */
function closestSentence(claim: string, evidence: Evidence, language: string): Span | null {
  const terms = topicTerms(claim, language);
  let best: { span: Span; shared: number } | null = null;
  for (const span of sentencesOf(evidence)) {
    const own = topicTerms(evidence.content.slice(span.start, span.end), language);
    const shared = [...own].filter((term) => terms.has(term)).length;
    if (shared > (best?.shared ?? 0)) best = { span, shared };
  }
  return best?.span ?? null;
}

function cite(claim: Claim, index: number, evidence: Evidence, language: string, question: string): Citation[] {
  const { memoryId, content, score } = evidence;
  const toCitation = (quote: string, span: Span | null): Citation => ({
    index,
    memoryId,
    quote: span ? content.slice(span.start, span.end) : quote.slice(0, MOST_CLAIM),
    start: span?.start ?? null,
    end: span?.end ?? null,
    relevance: score,
    verified: span !== null,
  });
  const quoted = [...claim.text.matchAll(QUOTED)].map(([, quote = '']) => quote);
  if (quoted.length > 0) return quoted.map((quote) => toCitation(quote, findQuote(content, quote)));
  const holds = supports(claim.text, [saidBy(evidence)], question, language);
  return [toCitation(claim.text, holds ? closestSentence(claim.text, evidence, language) : null)];
}

/** What claims are checked against. */
type Sources = Pick<Found, 'evidence' | 'language'>;

interface Checked {
  readonly said: string;
  readonly citations: readonly Citation[];
  readonly isSupported: boolean;
}

function check({ text: said, cited }: Claim, question: string, { evidence, language }: Sources): Checked {
  const found = cited.flatMap((index) => {
    const source = evidence[index - 1];
    return source ? [{ index, source }] : [];
  });
  const citations = found.flatMap(({ index, source }) =>
    cite({ text: said, cited }, index, source, language, question),
  );
  const sources = found.map(({ source }) => saidBy(source));
  const isSupported = citations.some(({ verified }) => verified) && supports(said, sources, question, language);
  return { said, citations, isSupported };
}

/** An answer's citations, and the share of its sentences that what they cite supports. */
export interface Verified {
  readonly citations: readonly Citation[];
  readonly groundedness: number;
}

/**
 * Checks what a model wrote against what it cites as [n], n being the place of a memory in the evidence, from 1. A quote in
 * quotation marks must stand in its memory; where there is none, the memory's closest sentence is quoted when it supports what
 * is said. Numbers of no memory are dropped. A sentence without a citation is not supported.
 */
export function verifyAnswer(text: string, question: string, sources: Sources): Verified {
  const checked = claimsOf(text).map((claim) => check(claim, question, sources));
  const citations = new Map<string, Citation>();
  for (const citation of checked.flatMap((one) => one.citations))
    citations.set(`${citation.index} ${citation.quote}`, citation);
  const supported = checked.filter(({ isSupported }) => isSupported).length;
  return { citations: [...citations.values()], groundedness: checked.length === 0 ? 0 : supported / checked.length };
}

/** The sentences of what a model wrote that are supported as verifyAnswer says, without their marks, and the memories that each rests on. */
export const supportedSentences = (text: string, sources: Sources): { text: string; sourceIds: string[] }[] =>
  claimsOf(text)
    .map((claim) => check(claim, '', sources))
    .filter(({ isSupported }) => isSupported)
    .map(({ said, citations }) => {
      const verified = citations.filter((citation) => citation.verified).map(({ memoryId }) => memoryId);
      return { text: said, sourceIds: [...new Set(verified)] };
    });
