const MOST = 3;
const MAX_LENGTH_FACTOR = 4;
const ROOM = 40;
const MARKER = /^\s*(?:[-*•]|\d{1,2}[.)])\s*/;

/** The wordings in a model's answer: one on a line, at most three, none that repeats the question or is much longer than it. */
export function readParaphrases(answer: string, question: string): string[] {
  const lines = answer.split('\n').map((line) => line.replace(MARKER, '').trim());
  const most = question.length * MAX_LENGTH_FACTOR + ROOM;
  const good = lines.filter(
    (line) => line !== '' && line.length <= most && line.toLowerCase() !== question.toLowerCase(),
  );
  return [...new Set(good)].slice(0, MOST);
}
