import { SUBPIXELS } from '../placement.ts';
import { bindGroupLayout } from './bind-group-layout.ts';
import { STAGE, TEXTURE } from './flags.ts';
import { FACE_SHADER } from './face-shader.ts';

/** What all faces on one device share. */
export interface Pipelines {
  readonly draw: GPURenderPipeline;
  readonly cover: GPURenderPipeline;
  readonly faceLayout: GPUBindGroupLayout;
  readonly maskLayout: GPUBindGroupLayout;
  readonly opacityLayout: GPUBindGroupLayout;
  readonly bilinear: GPUSampler;
  /** For layers without a mask. */
  readonly unmasked: GPUBindGroup;
}

export const ATLAS_FORMAT = 'rgba8unorm';
/** Of pictures that are read back; a canvas may have another. */
export const PICTURE_FORMAT = 'rgba8unorm';
export const MASK_FORMAT = 'r8unorm';
/** x, y in canvas pixels, u, v in atlas pixels; see DrawnLayer. */
export const VERTEX_BYTES = 16;

/** The uniforms of FACE_SHADER. */
export const placementUniform = (scale: number, offset: readonly number[], picture: readonly number[], atlas: readonly number[]) =>
  // A vec2f is aligned to 8 bytes.
  Float32Array.from([SUBPIXELS * scale, 0, ...offset.map((px) => SUBPIXELS * px), ...picture, ...atlas]);

/** Compiles the shaders, for pictures of `pictureFormat`. Rejects when the device does not take them. */
export async function createPipelines(device: GPUDevice, pictureFormat: GPUTextureFormat): Promise<Pipelines> {
  const { vertex, fragment } = STAGE;
  const faceLayout = bindGroupLayout(
    device,
    { visibility: vertex, buffer: {} },
    { visibility: fragment, texture: {} },
    { visibility: fragment, sampler: {} },
  );
  const maskLayout = bindGroupLayout(device, { visibility: fragment, texture: { sampleType: 'unfilterable-float' } });
  const opacityLayout = bindGroupLayout(device, { visibility: vertex, buffer: { type: 'read-only-storage' } });
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
  const [draw, cover] = await Promise.all([render('draw', pictureFormat), render('cover', MASK_FORMAT)]);
  return {
    draw,
    cover,
    faceLayout,
    maskLayout,
    opacityLayout,
    bilinear: device.createSampler({ magFilter: 'linear', minFilter: 'linear' }),
    unmasked: device.createBindGroup({ layout: maskLayout, entries: [{ binding: 0, resource: whiteTexel(device).createView() }] }),
  };
}

/** `buffer`: opacities of the layers of one frame after the other. */
export const bindOpacities = (device: GPUDevice, { opacityLayout }: Pipelines, buffer: GPUBuffer): GPUBindGroup =>
  device.createBindGroup({ layout: opacityLayout, entries: [{ binding: 0, resource: { buffer } }] });

function whiteTexel(device: GPUDevice): GPUTexture {
  const texture = device.createTexture({
    size: [1, 1],
    format: MASK_FORMAT,
    usage: TEXTURE.sampled | TEXTURE.copyTarget,
  });
  device.queue.writeTexture({ texture }, Uint8Array.of(255), {}, [1, 1]);
  return texture;
}
