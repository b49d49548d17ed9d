import { type Attribute, constantField, modelParts, nodeField } from './onnx.ts';
import type { Field } from './protobuf.ts';

/** Collects the operators and constants of one graph; values are known by name. */
export interface GraphBuilder {
  /** A new name, for an operator that writes several values. */
  name(): string;
  floats(shape: readonly number[], data: Float32Array): string;
  scalar(value: number): string;
  int8s(shape: readonly number[], data: Int8Array): string;
  /** A one-dimensional list of 64-bit integers, as shapes and axes are given. */
  integers(...values: readonly number[]): string;
  /** An operator that writes the given names. */
  add(operator: string, inputs: readonly string[], outputs: readonly string[], attributes?: Attributes): void;
  /** An operator that writes one value; returns its name. */
  apply(operator: string, inputs: readonly string[], attributes?: Attributes): string;
  /** The ONNX file in parts, with the graph's inputs and outputs. */
  build(interfaceFields: readonly Field[]): Uint8Array[];
}

type Attributes = Readonly<Record<string, Attribute>>;

/** An empty graph. */
export function createGraphBuilder(): GraphBuilder {
  const fields: Field[] = [];
  let names = 0;
  const name = () => `v${++names}`;
  const constant = (shape: readonly number[], data: Parameters<typeof constantField>[2]) => {
    const made = name();
    fields.push(constantField(made, shape, data));
    return made;
  };
  const add: GraphBuilder['add'] = (operator, inputs, outputs, attributes = {}) => {
    fields.push(nodeField(operator, inputs, outputs, attributes));
  };
  return {
    name,
    floats: constant,
    scalar: (value) => constant([], Float32Array.of(value)),
    int8s: constant,
    integers: (...values) => constant([values.length], BigInt64Array.from(values.map(BigInt))),
    add,
    apply(operator, inputs, attributes) {
      const output = name();
      add(operator, inputs, [output], attributes);
      return output;
    },
    build: (interfaceFields) => modelParts([...fields, ...interfaceFields]),
  };
}
