/**
 * One field of a message, encoded, as parts to be written one after another: weights are passed on without a copy. A
 * message is its fields one after another.
 */
export type Field = readonly Uint8Array[];

/** Base 128, least significant group first (https://protobuf.dev/programming-guides/encoding, "Varints"). */
function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = value;
  while (rest > 127) {
    groups.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...groups, rest];
}

const tag = (field: number, wireType: number) => varint(field * 8 + wireType);

/** A field that is a whole number of 0 or more (wire type 0). */
export const integer = (field: number, value: number): Field => [Uint8Array.from([...tag(field, 0), ...varint(value)])];

/** A field that is a 32-bit float (wire type 5). */
export function float(field: number, value: number): Field {
  const bits = Buffer.alloc(4);
  bits.writeFloatLE(value);
  return [Uint8Array.from([...tag(field, 5), ...bits])];
}

/** A field that is a message of its own (wire type 2). */
export function message(field: number, fields: readonly Field[]): Field {
  const parts = fields.flat();
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return [Uint8Array.from([...tag(field, 2), ...varint(size)]), ...parts];
}

/** A field that is a run of bytes (wire type 2). */
export const bytes = (field: number, value: Uint8Array): Field => message(field, [[value]]);

/** A field that is a text, as UTF-8 (wire type 2). */
export const text = (field: number, value: string): Field => bytes(field, Buffer.from(value));
