import { deviceLoss } from '../../../server/face/raster/webgpu/device-loss.ts';
import { createPipelines, type Pipelines } from '../../../server/face/raster/webgpu/pipelines.ts';
import { isSoftwareAdapter } from '../../../server/face/raster/webgpu/software-adapter.ts';

/** `real`: graphics cards; `any`: also one that the browser computes on the processor. */
type AcceptedGpu = 'real' | 'any';

/** The page's graphics card, ready to draw faces. */
export class PageGpu implements Disposable {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  #isLost = false;

  /** @throws why there is none that can be used */
  static async open(accepted: AcceptedGpu): Promise<PageGpu> {
    // Absent in browsers without WebGPU, and in pages that did not come over HTTPS.
    const adapter = await (navigator.gpu as GPU | undefined)?.requestAdapter();
    if (!adapter) throw new Error('This page has no graphics card');
    if (accepted === 'real' && isSoftwareAdapter(adapter.info)) throw new Error('The graphics card is computed on the processor');
    const device = await adapter.requestDevice();
    try {
      proveThatItShows(device);
      return new PageGpu(device, await createPipelines(device, navigator.gpu.getPreferredCanvasFormat()));
    } catch (thrown) {
      device.destroy();
      throw thrown;
    }
  }

  private constructor(device: GPUDevice, pipelines: Pipelines) {
    this.device = device;
    this.pipelines = pipelines;
    void deviceLoss(device).then(() => {
      this.#isLost = true;
    });
  }

  /** Whether the card draws no more; also after it was given back. */
  get isLost(): boolean {
    return this.#isLost;
  }

  [Symbol.dispose](): void {
    this.device.destroy();
  }
}

/**
 * A canvas that the device can draw into. It is on no screen, because one that was would never take another renderer's pictures.
 * What a lost device leaves in it is transparent.
 */
export function gpuCanvas(device: GPUDevice, width: number, height: number): { canvas: OffscreenCanvas; context: GPUCanvasContext } {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('webgpu');
  if (!context) throw new Error('This browser draws by WebGPU into no canvas');
  context.configure({ device, format: navigator.gpu.getPreferredCanvasFormat(), alphaMode: 'premultiplied' });
  return { canvas, context };
}

/** Some browsers draw, but cannot show what they drew, and tell nobody: white must arrive as white. */
function proveThatItShows(device: GPUDevice): void {
  const { canvas, context } = gpuCanvas(device, 16, 16);
  const encoder = device.createCommandEncoder();
  const view = context.getCurrentTexture().createView();
  encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store', clearValue: [1, 1, 1, 1] }] }).end();
  device.queue.submit([encoder.finish()]);
  const picture = canvas.transferToImageBitmap();
  const probe = new OffscreenCanvas(1, 1).getContext('2d');
  probe?.drawImage(picture, 0, 0);
  picture.close();
  if (probe?.getImageData(0, 0, 1, 1).data.some((value) => value !== 255) ?? true)
    throw new Error("The graphics card's pictures do not arrive");
}
