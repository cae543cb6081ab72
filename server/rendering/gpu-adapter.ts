import { isSoftwareAdapter } from '../face/raster/webgpu/software-adapter.ts';
import { renderingError } from './rendering-error.ts';

/** `real`: graphics cards; `any`: also a driver that computes the pictures on the processor, slower than the WASM raster. */
export type AcceptedGpu = 'real' | 'any';

export interface OpenGpu {
  /** For people, e.g. `NVIDIA H100`. */
  readonly name: string;
  readonly isSoftware: boolean;
  readonly device: GPUDevice;
}

/** Dawn lives as long as this object is known. */
let gpu: GPU | undefined;

/**
 * A device on this machine's graphics card, by Dawn (the optional package webgpu). A driver can abort the process: only in
 * processes that may be lost. @throws VisavisError `gpu_missing`
 */
export async function openGpu(accepted: AcceptedGpu): Promise<OpenGpu> {
  gpu ??= await loadDawn();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw renderingError('gpu_missing', 'There is no graphics card with a Vulkan, Metal or Direct3D 12 driver here');
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || device || [vendor, architecture].join(' ');
  const isSoftware = isSoftwareAdapter(adapter.info);
  if (isSoftware && accepted === 'real')
    throw renderingError('gpu_missing', `${name} computes on the processor, which the WASM raster does faster`);
  return { name, isSoftware, device: await adapter.requestDevice() };
}

async function loadDawn(): Promise<GPU> {
  try {
    const { create } = await import('webgpu');
    return create([]);
  } catch (cause) {
    throw renderingError('gpu_missing', 'The optional package webgpu is not installed', { cause });
  }
}
