import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FacePerformer } from '../server/face/performer.ts';
import { buildRaster } from '../server/face/raster/build-raster.ts';
import { FaceRaster } from '../server/face/raster/raster.ts';
import { readAvatar } from '../server/rendering/avatar-folder.ts';
import { availableEncoders, loadEncoderEngines } from '../server/rendering/encoder.ts';
import { printReport, type ReportRow } from './report.ts';

/** CPU time of a frame: drawing by size and by what the face does, and encoding by engine. `--avatar NAME`, `--frames N`. */
const SIZES = [256, 384, 512, 720];
const GOAL_SIZE = 512;
const GOAL_MS = 3.2;
const FRAME_TIME = 1920;

const { values } = parseArgs({ options: { avatar: { type: 'string', default: 'mia' }, frames: { type: 'string', default: '250' } } });
const frames = Math.max(25, Number(values.frames));
const program = await WebAssembly.compile((await buildRaster()).bytes);
const { rig, atlas } = await readAvatar(resolve('avatars'), values.avatar);
const rows: ReportRow[] = [];

for (const side of SIZES) {
  const raster = await FaceRaster.create({ program, rig, atlas, widthPx: side, heightPx: side });
  for (const mode of ['speaking', 'idle'] as const) {
    // As the server draws; see STILLNESS_PX in call-picture.ts.
    using canvas = raster.openCanvas({ stillnessPx: 0.4 });
    const performer = performance(mode);
    let time = 0;
    const paint = () => void canvas.paint(performer.frameAt((time += FRAME_TIME)));
    const cpuMs = await cpuPerFrame(paint);
    const goal = side === GOAL_SIZE && mode === 'speaking';
    rows.push({
      id: 'P5',
      figure: `draw ${side}x${side}, ${mode}`,
      value: `${cpuMs.toFixed(2)} ms`,
      ...(goal ? { goal: `<= ${GOAL_MS} ms`, pass: cpuMs <= GOAL_MS } : {}),
    });
  }
}

const raster = await FaceRaster.create({ program, rig, atlas, widthPx: GOAL_SIZE, heightPx: GOAL_SIZE });
const canvas = raster.openCanvas();
// Pictures drawn beforehand, so that only the encoder is measured; a second of speech, forwards and backwards.
const performer = performance('speaking');
const pictures = Array.from({ length: 25 }, (_, i) => {
  canvas.paint(performer.frameAt((100 + i) * FRAME_TIME));
  return canvas.frame.slice();
});
// Some engines' callbacks alone do not keep the process alive.
const alive = setInterval(() => undefined, 1_000);
const engines = await loadEncoderEngines();
for (const codec of ['vp8', 'h264'] as const) {
  for (const engine of await availableEncoders(engines, codec)) {
    // Another process's time is not counted here.
    if (engine.id === 'ffmpeg') continue;
    const encoder = await engine.create({ codec, widthPx: GOAL_SIZE, heightPx: GOAL_SIZE, framesPerS: 25, bitrateBps: 1_000_000 });
    let i = 0;
    let bytes = 0;
    const cpuMs = await cpuPerFrame(async () => {
      const k = i % 48;
      const chunk = await encoder.encode(pictures[k < 25 ? k : 48 - k] as Uint8Array, i++ * FRAME_TIME, false);
      bytes += chunk?.data.length ?? 0;
    });
    rows.push({
      id: 'P5',
      figure: `encode ${codec}, ${engine.id}`,
      value: `${cpuMs.toFixed(2)} ms, ${((bytes * 8 * 25) / i / 1000).toFixed(0)} kbit/s`,
    });
    await encoder.close();
  }
}

clearInterval(alive);
const reached = printReport({ title: `CPU time per frame: ${values.avatar}, ${rig.triangleCount} triangles`, rows });
process.exitCode = reached ? 0 : 1;

function performance(mode: 'speaking' | 'idle'): FacePerformer {
  const performer = new FacePerformer({ seed: 1, emotions: rig.emotions });
  performer.setMode(mode, 0);
  if (mode === 'idle') return performer;
  const symbols = ['h', 'ɛ', 'l', 'oʊ', 'm', 'a', 's', 'i', 'f', 'u', 'n', 'ɑ'];
  performer.speak(
    'turn',
    0,
    Array.from({ length: 400 }, (_, i) => ({
      symbol: symbols[i % symbols.length] as string,
      startMs: i * 90,
      endMs: i * 90 + 90,
      stressed: i % 4 === 1,
    })),
  );
  return performer;
}

/** Mean over the frames after a warm-up. */
async function cpuPerFrame(frame: () => void | Promise<void>): Promise<number> {
  for (let i = 0; i < 25; i++) await frame();
  const before = process.cpuUsage();
  for (let i = 0; i < frames; i++) await frame();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / frames;
}
