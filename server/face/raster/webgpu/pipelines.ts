import { SUBPIXELS } from '../placement.ts';
import { STAGE, TEXTURE } from './flags.ts';
import { CONVERT_SHADER, FACE_SHADER } from './shaders.ts';

/** What all faces on one device share. */
export interface Pipelines {
  readonly draw: GPURenderPipeline;
  readonly cover: GPURenderPipeline;
  readonly convert: GPUComputePipeline;
  readonly faceLayout: GPUBindGroupLayout;
  readonly maskLayout: GPUBindGroupLayout;
  readonly opacityLayout: GPUBindGroupLayout;
  readonly convertLayout: GPUBindGroupLayout;
  readonly bilinear: GPUSampler;
  /** For layers without a mask. */
  readonly unmasked: GPUBindGroup;
}

export const PICTURE_FORMAT = 'rgba8unorm';
export const MASK_FORMAT = 'r8unorm';
/** x, y in canvas pixels, u, v in atlas pixels; see DrawnLayer. */
export const VERTEX_BYTES = 16;

/** The uniforms of FACE_SHADER. */
export const placementUniform = (scale: number, offset: readonly number[], picture: readonly number[], atlas: readonly number[]) =>
  // A vec2f is aligned to 8 bytes.
  Float32Array.from([SUBPIXELS * scale, 0, ...offset.map((px) => SUBPIXELS * px), ...picture, ...atlas]);

/** Compiles the shaders. Rejects when the device does not take them. */
export async function createPipelines(device: GPUDevice): Promise<Pipelines> {
  const { vertex, fragment, compute } = STAGE;
  const layout = (...entries: Omit<GPUBindGroupLayoutEntry, 'binding'>[]) =>
    device.createBindGroupLayout({ entries: entries.map((entry, binding) => ({ binding, ...entry })) });
  const faceLayout = layout(
    { visibility: vertex, buffer: {} },
    { visibility: fragment, texture: {} },
    { visibility: fragment, sampler: {} },
  );
  const maskLayout = layout({ visibility: fragment, texture: { sampleType: 'unfilterable-float' } });
  const opacityLayout = layout({ visibility: vertex, buffer: { type: 'read-only-storage' } });
  const convertLayout = layout(
    { visibility: compute, buffer: {} },
    { visibility: compute, texture: { sampleType: 'unfilterable-float', viewDimension: '2d-array' } },
    { visibility: compute, buffer: { type: 'storage', hasDynamicOffset: true } },
  );
  const face = device.createShaderModule({ code: FACE_SHADER });
  const drawn = device.createPipelineLayout({ bindGroupLayouts: [faceLayout, maskLayout, opacityLayout] });
  const over: GPUBlendComponent = { srcFactor: 'one', dstFactor: 'one-minus-src-alpha' };
  const render = (entryPoint: string, format: GPUTextureFormat) =>
    device.createRenderPipelineAsync({
      layout: drawn,
      vertex: {
        module: face,
        entryPoint: 'place',
        buffers: [
          { arrayStride: VERTEX_BYTES, attributes: [{ shaderLocation: 0, offset: 0, format: 'float32x4' }] },
          { arrayStride: 4, attributes: [{ shaderLocation: 1, offset: 0, format: 'uint32' }] },
        ],
      },
      fragment: { module: face, entryPoint, targets: [{ format, blend: { color: over, alpha: over } }] },
    });
  const converting = device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [convertLayout] }),
    compute: { module: device.createShaderModule({ code: CONVERT_SHADER }), entryPoint: 'convert' },
  });
  const [draw, cover, convert] = await Promise.all([render('draw', PICTURE_FORMAT), render('cover', MASK_FORMAT), converting]);
  return {
    draw,
    cover,
    convert,
    faceLayout,
    maskLayout,
    opacityLayout,
    convertLayout,
    bilinear: device.createSampler({ magFilter: 'linear', minFilter: 'linear' }),
    unmasked: device.createBindGroup({ layout: maskLayout, entries: [{ binding: 0, resource: whiteTexel(device).createView() }] }),
  };
}

function whiteTexel(device: GPUDevice): GPUTexture {
  const texture = device.createTexture({
    size: [1, 1],
    format: MASK_FORMAT,
    usage: TEXTURE.sampled | TEXTURE.copyTarget,
  });
  device.queue.writeTexture({ texture }, Uint8Array.of(255), {}, [1, 1]);
  return texture;
}
