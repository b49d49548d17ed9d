import { createHmac, timingSafeEqual } from 'node:crypto';
import { badInput } from './platform-error.ts';

/** A place in a list: the values of its order's columns at the last row seen. */
export type Position = readonly (string | number | null)[];

/**
 * Cursors of lists: opaque to clients, signed with tenant, list and order (filter included), so that a cursor of another
 * tenant, list or order is refused instead of giving a wrong page.
 */
export interface CursorCodec {
  encode(tenantId: string, list: string, position: Position): string;
  /** @throws BAD_USER_INPUT naming `after` when it is not a cursor of this very list */
  decode(tenantId: string, list: string, cursor: string): Position;
}

const SIGNATURE_BYTES = 12;

export function createCursorCodec(secret: string): CursorCodec {
  const sign = (tenantId: string, list: string, body: string) =>
    createHmac('sha256', secret).update(`cursor\n${tenantId}\n${list}\n${body}`).digest().subarray(0, SIGNATURE_BYTES);
  return {
    encode(tenantId, list, position) {
      const body = JSON.stringify(position);
      return Buffer.concat([sign(tenantId, list, body), Buffer.from(body)]).toString('base64url');
    },
    decode(tenantId, list, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      const body = bytes.subarray(SIGNATURE_BYTES).toString();
      const given = bytes.subarray(0, SIGNATURE_BYTES);
      if (given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, sign(tenantId, list, body)))
        throw badInput(
          'after',
          'this is not a cursor of this list; take endCursor of the page before, with the same filter and order',
        );
      return JSON.parse(body);
    },
  };
}
