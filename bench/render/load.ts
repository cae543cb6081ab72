import { prepareFace } from '../../server/face/raster/webgpu/face-model.ts';
import { GpuRenderer } from '../../server/face/raster/webgpu/gpu-renderer.ts';
import type { Avatar } from '../../server/rendering/read-avatar.ts';
import { openGpu } from '../../server/rendering/gpu-adapter.ts';
import { FRAMES_PER_S, spokenFrames } from './performance.ts';

export interface Load {
  readonly sidePx: number;
  /** Faces that speak at once, each at another place of the talk. */
  readonly canvases: number;
  /** Of each. */
  readonly frames: number;
}

export interface DrawnLoad {
  /** That were drawn; a face that holds still in between costs nothing. */
  readonly frames: number;
  readonly submits: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Draws faces as fast as the graphics card and one process can. */
export async function drawLoad(avatar: Avatar, { sidePx, canvases, frames }: Load): Promise<DrawnLoad> {
  const { device } = await openGpu('any');
  await using renderer = await GpuRenderer.create(device, { soon: setImmediate });
  const model = prepareFace({ ...avatar, widthPx: sidePx, heightPx: sidePx });
  const talk = spokenFrames(avatar.rig.emotions, 12 * FRAMES_PER_S);
  const faces = Array.from({ length: canvases }, (_, i) => ({ canvas: renderer.openCanvas(model), start: i * 17 }));
  const draw = async (count: number) => {
    const lanes = faces.map(async ({ canvas, start }) => {
      let drawn = 0;
      for (let i = 0; i < count; i++) if (await canvas.paint(talk[(start + i) % talk.length] as Float32Array)) drawn++;
      return drawn;
    });
    return (await Promise.all(lanes)).reduce((sum, drawn) => sum + drawn, 0);
  };
  await draw(2);
  const before = { submits: renderer.submits, cpu: process.cpuUsage(), ms: performance.now() };
  const drawn = await draw(frames);
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    frames: drawn,
    submits: renderer.submits - before.submits,
    wallMs: performance.now() - before.ms,
    cpuMs: (user + system) / 1000,
  };
}
