/**
 * Writes tiny ONNX models (onnx.proto3 of the ONNX project), so that the classifiers are tested on real files: just the
 * fields that are needed.
 */
type Field = readonly [number: number, value: Uint8Array | string | number | bigint];

export interface TensorSpec {
  readonly name: string;
  readonly dims: readonly number[];
  /** 1: float, 7: int64. */
  readonly type: 1 | 7;
  readonly values?: readonly number[];
}

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Whole numbers, or lists of them. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface ModelSpec {
  /** A dimension of -1 is free. */
  readonly inputs: readonly TensorSpec[];
  readonly constants: readonly TensorSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly output: TensorSpec;
}

const IR_VERSION = 8;
const OPSET = 13;
const INT_ATTRIBUTE = 2;
const INTS_ATTRIBUTE = 7;

export function onnxFile({ inputs, constants, nodes, output }: ModelSpec): Uint8Array {
  const graph = message([
    ...nodes.map((node): Field => [1, nodeOf(node)]),
    [2, 'graph'],
    ...constants.map((tensor): Field => [5, tensorOf(tensor)]),
    ...inputs.map((tensor): Field => [11, valueInfoOf(tensor)]),
    [12, valueInfoOf(output)],
  ]);
  return message([
    [1, IR_VERSION],
    [7, graph],
    [8, message([[2, OPSET]])],
  ]);
}

const nodeOf = ({ op, inputs, output, attributes = {} }: NodeSpec): Uint8Array =>
  message([
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [4, op],
    ...Object.entries(attributes).map(([name, value]): Field => [5, attributeOf(name, value)]),
  ]);

const attributeOf = (name: string, value: number | readonly number[]): Uint8Array =>
  message([
    [1, name],
    ...(typeof value === 'number' ? [[3, value] as const] : value.map((one): Field => [8, one])),
    [20, typeof value === 'number' ? INT_ATTRIBUTE : INTS_ATTRIBUTE],
  ]);

function tensorOf({ name, dims, type, values = [] }: TensorSpec): Uint8Array {
  const raw = type === 1 ? new Uint8Array(Float32Array.from(values).buffer) : new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return message([...dims.map((dim): Field => [1, dim]), [2, type], [8, name], [9, raw]]);
}

function valueInfoOf({ name, dims, type }: TensorSpec): Uint8Array {
  const shape = message(dims.map((dim): Field => [1, dim < 0 ? message([[2, 'any']]) : message([[1, dim]])]));
  const tensorType = message([
    [1, type],
    [2, shape],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensorType]])],
  ]);
}

/** Protocol buffers: numbers as varints, everything else with its length. */
function message(fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'number' || typeof value === 'bigint') return [...varint(BigInt(number) << 3n), ...varint(BigInt(value))];
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [...varint((BigInt(number) << 3n) | 2n), ...varint(BigInt(content.length)), ...content];
  });
  return Uint8Array.from(bytes);
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 0x80n) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}
