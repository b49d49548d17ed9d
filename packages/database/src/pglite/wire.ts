/**
 * Cuts the Postgres wire protocol (PostgreSQL documentation, chapter "Message Formats") into batches that end where the
 * server answers: Sync, Query, Flush, end of COPY. Sent as one batch, an error skips to the Sync as in Postgres, and unnamed
 * statements of two clients never mix.
 */
export interface WireCutter {
  /**
   * Takes bytes as they come; gives whole batches. `encryption`: the client asks for TLS or GSS and waits for an `N`.
   * `terminated`: it said goodbye after them.
   */
  push(chunk: Buffer): { batches: Buffer[]; encryption: boolean; terminated: boolean };
}

const ENDS = new Set(['Q', 'S', 'H', 'c', 'f', 'F'].map((letter) => letter.charCodeAt(0)));
const TERMINATE = 'X'.charCodeAt(0);
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;

export function createWireCutter(): WireCutter {
  let rest: Buffer = Buffer.alloc(0);
  let open: Buffer[] = [];
  let started = false;
  /** The next whole message; its length stands behind its type, and the first ones of a client have no type. */
  const take = (): Buffer | null => {
    const typed = started ? 1 : 0;
    if (rest.length < typed + 4) return null;
    const length = typed + rest.readInt32BE(typed);
    if (rest.length < length) return null;
    const message = rest.subarray(0, length);
    rest = rest.subarray(length);
    return message;
  };
  return {
    push(chunk) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const batches: Buffer[] = [];
      let encryption = false;
      let terminated = false;
      for (let message = take(); message; message = take()) {
        if (!started) {
          const request = message.readInt32BE(4);
          encryption = request === SSL_REQUEST || request === GSS_REQUEST;
          started = !encryption;
          if (started) batches.push(message);
          continue;
        }
        const type = message.readUInt8(0);
        if (type === TERMINATE) terminated = true;
        else open.push(message);
        if (!ENDS.has(type)) continue;
        batches.push(Buffer.concat(open));
        open = [];
      }
      return { batches, encryption, terminated };
    },
  };
}

/** ReadyForQuery: its type, its length, and the state of the transaction. */
const READY = Buffer.from('Z\0\0\0\x05');
const READY_LENGTH = READY.length + 1;

const isReady = (answer: Buffer, at: number): boolean =>
  at >= 0 && answer.compare(READY, 0, READY.length, at, at + READY.length) === 0;

/**
 * The answer to a batch with one ReadyForQuery at its end. PGlite 0.5.8 says it twice after an error in the extended protocol;
 * a client that has sent more already would take the second for the end of its next statement, and from then on give every
 * statement the rows of the one before. (No other message can end like ReadyForQuery: those before it end with a zero.)
 */
export function answerOnce(answer: Buffer): Buffer {
  const last = answer.length - READY_LENGTH;
  const isDoubled = isReady(answer, last) && isReady(answer, last - READY_LENGTH);
  return isDoubled ? answer.subarray(0, last) : answer;
}
