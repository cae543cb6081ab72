import { FaceRaster } from '../../server/face/raster/raster.ts';
import type { Avatar } from '../../server/rendering/read-avatar.ts';
import { availableEncoders, loadEncoderEngines } from '../../server/rendering/encoder.ts';
import type { ReportRow } from '../report.ts';
import { cpuPerFrameMs, FRAME_TIME, FRAMES_PER_S, spokenFrames } from './performance.ts';

const SIDE_PX = 512;
const BITRATE_BPS = 1_000_000;

/** Every engine that works here, on pictures drawn beforehand: a second of speech, forwards and backwards. */
export async function measureEncoders(program: WebAssembly.Module, avatar: Avatar, frames: number): Promise<ReportRow[]> {
  const raster = await FaceRaster.create({ program, ...avatar, widthPx: SIDE_PX, heightPx: SIDE_PX });
  const canvas = raster.openCanvas();
  const pictures = spokenFrames(avatar.rig.emotions, 5 * FRAMES_PER_S)
    .slice(-FRAMES_PER_S)
    .map((parameters) => {
      canvas.paint(parameters);
      return canvas.frame.slice();
    });
  const thereAndBack = [...pictures, ...pictures.slice(1, -1).reverse()];
  // Some engines' callbacks alone do not keep the process alive.
  const alive = setInterval(() => undefined, 1_000);
  const rows: ReportRow[] = [];
  const engines = await loadEncoderEngines();
  for (const codec of ['vp8', 'h264'] as const) {
    for await (const engine of availableEncoders(engines, codec)) {
      // Another process's time is not counted here.
      if (engine.id === 'ffmpeg') continue;
      const encoder = await engine.create({
        codec,
        widthPx: SIDE_PX,
        heightPx: SIDE_PX,
        framesPerS: FRAMES_PER_S,
        bitrateBps: BITRATE_BPS,
      });
      let i = 0;
      let bytes = 0;
      const cpuMs = await cpuPerFrameMs(frames, async () => {
        const picture = thereAndBack[i % thereAndBack.length] as Uint8Array;
        bytes += (await encoder.encode(picture, i++ * FRAME_TIME, false))?.data.length ?? 0;
      });
      const kbps = ((bytes * 8 * FRAMES_PER_S) / i / 1000).toFixed(0);
      rows.push({ id: 'P5', figure: `encode ${codec}, ${engine.id}`, value: `${cpuMs.toFixed(2)} ms, ${kbps} kbit/s` });
      await encoder.close();
    }
  }
  clearInterval(alive);
  return rows;
}
