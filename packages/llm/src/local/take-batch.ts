/** A call that waits for its vectors: its texts before `taken` are in a batch already. */
export interface WaitingCall {
  readonly texts: readonly string[];
  taken: number;
}

/** A text of a batch and the call that it belongs to. */
export interface Slot<Call extends WaitingCall> {
  readonly call: Call;
  readonly index: number;
  readonly text: string;
}

const MAX_TEXTS = 32;

/**
 * Some 75 tokens, 7 ms of the offline encoder (measured): so long a search may wait for others, and so soon the first of
 * several writers goes on while the others are encoded. Larger batches are no faster.
 */
const MAX_CHARACTERS = 300;

/** What lies beyond is cut off by the encoder (128 tokens) and costs nothing. */
const MAX_CHARACTERS_PER_TEXT = 640;

/**
 * Takes the next batch: one text of each waiting call in turn, until it is full. So a search of one text goes with the
 * next batch however many texts another call has waiting, and no call waits for ever.
 */
export function takeBatch<Call extends WaitingCall>(waiting: readonly Call[]): Slot<Call>[] {
  const batch: Slot<Call>[] = [];
  let characters = 0;
  const unfinished = (call: Call) => call.taken < call.texts.length;
  for (let round = waiting.filter(unfinished); round.length > 0; round = round.filter(unfinished))
    for (const call of round) {
      const text = call.texts[call.taken] ?? '';
      characters += Math.min(text.length, MAX_CHARACTERS_PER_TEXT);
      if (batch.length > 0 && (batch.length === MAX_TEXTS || characters > MAX_CHARACTERS)) return batch;
      batch.push({ call, index: call.taken, text });
      call.taken += 1;
    }
  return batch;
}
