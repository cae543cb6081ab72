import { blueOf, lumaOf, redOf } from '../colour.ts';
import { bindGroupLayout } from './bind-group-layout.ts';
import { STAGE } from './flags.ts';

/** Turns drawn pictures into I420. */
export interface Conversion {
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}

type Matrix = (r: number, g: number, b: number) => number;

/** WGSL for a row of the colour matrix, from colours of 0..1. */
function matrixRow(codeOf: Matrix): string {
  const offset = codeOf(0, 0, 0);
  const row = [codeOf(255, 0, 0), codeOf(0, 255, 0), codeOf(0, 0, 255)].map((code) => (code - offset).toFixed(4));
  return `u32(${offset}.5 + dot(colour, vec3f(${row.join(', ')})))`;
}

export const CONVERT_WORKGROUP = 64;

/** Pictures to I420: one invocation per four bytes of a frame, whatever plane they lie in, so that every even size works. */
const CONVERT_SHADER = `
/** Width, height, and words per frame. */
@group(0) @binding(0) var<uniform> size: vec4u;
@group(0) @binding(1) var pictures: texture_2d_array<f32>;
@group(0) @binding(2) var<storage, read_write> frames: array<u32>;

fn pixel(x: u32, y: u32, picture: u32) -> vec3f {
  return textureLoad(pictures, vec2u(x, y), picture, 0).rgb;
}

fn codeAt(byte: u32, picture: u32) -> u32 {
  let luma = size.x * size.y;
  if (byte < luma) {
    let colour = pixel(byte % size.x, byte / size.x, picture);
    return ${matrixRow(lumaOf)};
  }
  let chroma = byte - luma;
  let at = chroma % (luma / 4);
  let x = 2 * (at % (size.x / 2));
  let y = 2 * (at / (size.x / 2));
  let colour = (pixel(x, y, picture) + pixel(x + 1, y, picture) + pixel(x, y + 1, picture) + pixel(x + 1, y + 1, picture)) / 4;
  if (chroma < luma / 4) { return ${matrixRow(blueOf)}; }
  return ${matrixRow(redOf)};
}

@compute @workgroup_size(${CONVERT_WORKGROUP}) fn convert(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= size.z) { return; }
  var word = 0u;
  for (var k = 0u; k < 4; k++) { word |= codeAt(id.x * 4 + k, id.z) << (8 * k); }
  frames[id.z * size.z + id.x] = word;
}`;

/** Compiles the shader. Rejects when the device does not take it. */
export async function createConversion(device: GPUDevice): Promise<Conversion> {
  const { compute } = STAGE;
  const layout = bindGroupLayout(
    device,
    { visibility: compute, buffer: {} },
    { visibility: compute, texture: { sampleType: 'unfilterable-float', viewDimension: '2d-array' } },
    { visibility: compute, buffer: { type: 'storage', hasDynamicOffset: true } },
  );
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code: CONVERT_SHADER }), entryPoint: 'convert' },
  });
  return { layout, pipeline };
}
