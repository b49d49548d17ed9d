import { bytes, type Field, float, integer, message, text } from './protobuf.ts';

// TensorProto.DataType; raw data is little-endian, as typed arrays are on every platform that the runtime supports.
const FLOAT = 1;
const INT8 = 3;
const INT32 = 6;
const INT64 = 7;

type TensorData = Float32Array | Int8Array | BigInt64Array;

/** The data types that a graph's input or output may have here. */
const ELEMENT_TYPES = { float32: FLOAT, int32: INT32 } as const;

/**
 * Whole number, float (`{ float }`, for whole values are not told apart otherwise) or list of whole numbers; none
 * negative.
 */
export type Attribute = number | readonly number[] | { readonly float: number };

function typeOf(data: TensorData): number {
  if (data instanceof Float32Array) return FLOAT;
  return data instanceof Int8Array ? INT8 : INT64;
}

function attributeField(name: string, value: Attribute): Field {
  if (typeof value === 'number') return message(5, [text(1, name), integer(3, value), integer(20, 2)]);
  if ('float' in value) return message(5, [text(1, name), float(2, value.float), integer(20, 1)]);
  return message(5, [text(1, name), ...value.map((item) => integer(8, item)), integer(20, 7)]);
}

/** GraphProto.initializer: a named constant. */
export const constantField = (name: string, shape: readonly number[], data: TensorData): Field =>
  message(5, [
    ...shape.map((size) => integer(1, size)),
    integer(2, typeOf(data)),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);

/** GraphProto.node: one operator with the names of what it reads and writes. */
export const nodeField = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>>,
): Field =>
  message(1, [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
  ]);

function valueFields(name: string, type: keyof typeof ELEMENT_TYPES, shape: readonly (number | string)[]): Field[] {
  const sizes = shape.map((size) => message(1, [typeof size === 'string' ? text(2, size) : integer(1, size)]));
  return [text(1, name), message(2, [message(1, [integer(1, ELEMENT_TYPES[type]), message(2, sizes)])])];
}

/** GraphProto.input; a size that is known only when the graph runs is a name. */
export const inputField = (...value: Parameters<typeof valueFields>): Field => message(11, valueFields(...value));

/** GraphProto.output. */
export const outputField = (...value: Parameters<typeof valueFields>): Field => message(12, valueFields(...value));

/**
 * ModelProto: a whole ONNX file, in parts. Field numbers, here and above, are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3; IR version 8 with operator set 17 is ONNX 1.12.
 */
export const modelParts = (graph: readonly Field[]): Uint8Array[] =>
  [
    integer(1, 8),
    text(2, 'rae'),
    message(7, [...graph, text(2, 'sentence-encoder')]),
    message(8, [text(1, ''), integer(2, 17)]),
  ].flat();
