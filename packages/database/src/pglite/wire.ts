/**
 * Cuts the Postgres wire protocol (PostgreSQL documentation, chapter "Message Formats") into batches that end where the
 * server answers: Sync, Query, Flush, end of COPY, Terminate. Sent as one batch, an error skips to the Sync as in
 * Postgres, and unnamed statements of two clients never mix.
 */
export interface WireCutter {
  /** Takes bytes as they come; gives whole batches. `encryption`: the client asks for TLS or GSS and wants an `N`. */
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
  const take = (length: number) => {
    const message = rest.subarray(0, length);
    rest = rest.subarray(length);
    return message;
  };
  return {
    push(chunk) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      const batches: Buffer[] = [];
      while (!started) {
        if (rest.length < 8 || rest.length < rest.readInt32BE(0))
          return { batches, encryption: false, terminated: false };
        const code = rest.readInt32BE(4);
        const message = take(rest.readInt32BE(0));
        if (code === SSL_REQUEST || code === GSS_REQUEST) return { batches, encryption: true, terminated: false };
        started = true;
        batches.push(message);
      }
      while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
        const message = take(1 + rest.readInt32BE(1));
        const type = message[0] ?? 0;
        if (type === TERMINATE) return { batches, encryption: false, terminated: true };
        open.push(message);
        if (!ENDS.has(type)) continue;
        batches.push(Buffer.concat(open));
        open = [];
      }
      return { batches, encryption: false, terminated: false };
    },
  };
}
