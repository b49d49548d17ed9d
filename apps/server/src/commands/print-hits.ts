import { styleText } from 'node:util';
import type { Memory, SearchHit } from '@rae/sdk';

const INDENT = '     ';
const SIGNAL_WIDTH = 7;

/** One line of a text, cut to `width` characters with an ellipsis. */
export function fit(text: string, width: number): string {
  const characters = [...text.trim().replaceAll(/\s+/g, ' ')];
  return characters.length <= width
    ? characters.join('')
    : `${characters
        .slice(0, width - 1)
        .join('')
        .trimEnd()}…`;
}

/** Who said it and when, or where it stands. */
export const originOf = ({ speaker, source, occurredAt }: Pick<Memory, 'speaker' | 'source' | 'occurredAt'>): string =>
  speaker === null && source !== null
    ? source
    : `${speaker ?? 'somebody'}, ${occurredAt.slice(0, 16).replace('T', ' ')}`;

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** A signal on equally wide columns: name, place by it alone, its own score, share of the hit's score. */
export function formatSignal({ signal, rank, rawScore, contribution }: SearchHit['signals'][number]): string {
  const place = rank === null ? '–' : `#${rank}`;
  return `${signal.padEnd(SIGNAL_WIDTH)} ${place.padStart(4)} ${rawScore.toFixed(2).padStart(6)} → ${signed(contribution)}`;
}

/** A hit on three lines: place, score and origin; the text; what each signal did for it. */
export function formatHit({ score, memory, signals }: SearchHit, place: number, width: number): string {
  return [
    `${String(place).padStart(3)}  ${styleText('green', score.toFixed(2))}  ${styleText('bold', fit(originOf(memory), width - 11))}`,
    `${INDENT}${fit(memory.content, width - INDENT.length)}`,
    styleText('dim', `${INDENT}${signals.map(formatSignal).join('   ')}`),
  ].join('\n');
}

/** Explains the line of signals below each hit. */
export const LEGEND = "SIGNAL  #place by it alone  its own score → its share of the hit's score";
