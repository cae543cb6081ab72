import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildRaster } from '../server/face/raster/build-raster.ts';
import { readAvatar } from '../server/rendering/read-avatar.ts';
import { probeGpu } from '../server/rendering/gpu-probe.ts';
import { allowSoftwareGpu } from '../server/rendering/software-gpu.fixture.ts';
import { measureEncoders } from './render/encoders.ts';
import { comparePictures, measureFaces, measureGpu } from './render/graphics-card.ts';
import { measureWasm } from './render/processor.ts';
import { printReport, type ReportRow } from './report.ts';

/**
 * Time of a frame and faces a core, by size and renderer, and whether the renderers draw the same. Encoders, too. A real graphics
 * card shows how many faces it draws; without one, Chromium's software driver shows that the pictures are the same.
 * `--avatar NAME`, `--frames N`.
 */
const SIDES_PX = [256, 512, 768];

const { values } = parseArgs({ options: { avatar: { type: 'string', default: 'mia' }, frames: { type: 'string', default: '250' } } });
const frames = Math.max(25, Number(values.frames));
const program = await WebAssembly.compile((await buildRaster()).bytes);
const avatar = await readAvatar(resolve('avatars'), values.avatar);

allowSoftwareGpu();
const gpu = await probeGpu('any');
const rows = [
  ...(await measureWasm(program, avatar, SIDES_PX, frames)),
  ...(await graphicsRows()),
  ...(await measureEncoders(program, avatar, frames)),
];
const adapter = gpu.name ?? gpu.problem;
const reached = printReport({
  title: `Drawing and encoding: ${values.avatar}, ${avatar.rig.triangleCount} triangles`,
  rows,
  notes: [`webgpu: ${adapter}${gpu.isSoftware ? ', computed on the processor: its pictures count, its times do not' : ''}`],
});
// Dawn's threads would keep the process.
process.exit(reached ? 0 : 1);

async function graphicsRows(): Promise<ReportRow[]> {
  const { name, isSoftware } = gpu;
  const absent: ReportRow = { id: 'P10', figure: 'faces of 512x512 at 25 fps', value: 'no GPU here' };
  if (name === undefined) return [absent];
  return [
    ...(await measureGpu(avatar, gpu, SIDES_PX, frames)),
    isSoftware ? absent : await measureFaces(values.avatar, frames),
    ...(await comparePictures(program)),
  ];
}
