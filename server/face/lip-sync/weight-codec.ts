import { fanIn, LAYERS, type LayerWeights } from './network-shape.ts';

/**
 * Weights as text: for each layer its biases as floats, for each of its outputs the size of one step as a float, and its
 * weights as signed bytes in such steps; everything little-endian, then base64.
 */
const STEPS = 127;

export function packWeights(layers: readonly LayerWeights[]): string {
  const bytes: number[] = [];
  const float = new DataView(new ArrayBuffer(4));
  const put = (value: number) => {
    float.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) bytes.push(float.getUint8(i));
  };
  layers.forEach(({ weights, biases }, l) => {
    const width = fanIn(LAYERS[l] as (typeof LAYERS)[number]);
    biases.forEach(put);
    const rows = Array.from(biases, (_, j) => weights.subarray(j * width, (j + 1) * width));
    const steps = rows.map((row) => Math.max(1e-12, ...row.map(Math.abs)) / STEPS);
    steps.forEach(put);
    rows.forEach((row, j) => {
      for (const weight of row) bytes.push(Math.round(weight / (steps[j] as number)) & 0xff);
    });
  });
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}

/** @throws RangeError when the text does not hold the weights of this network. */
export function unpackWeights(text: string): LayerWeights[] {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  const floats = (count: number) =>
    Float32Array.from({ length: count }, () => {
      at += 4;
      return view.getFloat32(at - 4, true);
    });
  const layers = LAYERS.map((shape) => {
    const width = fanIn(shape);
    const biases = floats(shape.outputs);
    const steps = floats(shape.outputs);
    const weights = Float32Array.from(
      { length: shape.outputs * width },
      (_, i) => view.getInt8(at + i) * (steps[Math.floor(i / width)] as number),
    );
    at += weights.length;
    return { weights, biases };
  });
  if (at !== bytes.length) throw new RangeError(`${bytes.length} bytes of weights instead of ${at}`);
  return layers;
}
