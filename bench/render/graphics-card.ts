import { once } from 'node:events';
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MIXED_POSES, poseOf } from '../../server/face/raster/poses.fixture.ts';
import { FaceRaster } from '../../server/face/raster/raster.ts';
import { psnrDb } from '../../server/face/raster/reference.ts';
import { prepareFace } from '../../server/face/raster/webgpu/face-model.ts';
import { GpuRenderer } from '../../server/face/raster/webgpu/gpu-renderer.ts';
import { avatarNames } from '../../server/rendering/avatar-folder.ts';
import { type Avatar, readAvatar } from '../../server/rendering/read-avatar.ts';
import { openGpu } from '../../server/rendering/gpu-adapter.ts';
import type { GpuFinding } from '../../server/rendering/gpu-probe.ts';
import type { ReportRow } from '../report.ts';
import { facesPerCore, FRAMES_PER_S } from './performance.ts';
import { type DrawnLoad, drawLoad, type Load } from './load.ts';

const SIDE_PX = 512;
const PSNR_GOAL_DB = 50;
const FACES_GOAL = 300;
const LOAD = { canvases: 16 };
/** A software driver only has to show that it can. */
const SOFTWARE_LOAD = { canvases: 2, frames: 3 };
/** Evaluating faces fills a core long before a data-centre card is busy. */
const MAX_PROCESSES = 16;

/** One process, by size: its time for a frame when many are due at once. */
export async function measureGpu(
  avatar: Avatar,
  { isSoftware }: GpuFinding,
  sidesPx: readonly number[],
  frames: number,
): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const side of sidesPx) {
    const load = { sidePx: side, frames, ...LOAD, ...(isSoftware ? SOFTWARE_LOAD : {}) };
    const { wallMs, cpuMs, submits, frames: drawn } = await drawLoad(avatar, load);
    rows.push({
      id: 'P10',
      figure: `webgpu ${side}x${side}, speaking`,
      value: `${(wallMs / drawn).toFixed(2)} ms, ${facesPerCore(cpuMs / drawn)} faces a core, ${(drawn / submits).toFixed(1)} a submit`,
    });
  }
  return rows;
}

/** All that the machine's card and cores draw together. */
export async function measureFaces(avatar: string, frames: number): Promise<ReportRow> {
  const processes = Math.min(MAX_PROCESSES, availableParallelism());
  const load: Load = { sidePx: SIDE_PX, frames, ...LOAD };
  const loads = await Promise.all(Array.from({ length: processes }, () => drawInProcess(avatar, load)));
  const framesPerS = loads.reduce((sum, { frames: drawn, wallMs }) => sum + drawn / (wallMs / 1000), 0);
  const faces = Math.floor(framesPerS / FRAMES_PER_S);
  return {
    id: 'P10',
    figure: `faces of ${SIDE_PX}x${SIDE_PX} at ${FRAMES_PER_S} fps`,
    value: `${faces} (${processes} processes)`,
    goal: `>= ${FACES_GOAL}`,
    pass: faces >= FACES_GOAL,
  };
}

async function drawInProcess(avatar: string, load: Load): Promise<DrawnLoad> {
  const child = fork(fileURLToPath(new URL('./load-child.ts', import.meta.url)), [avatar, JSON.stringify(load)]);
  const [drawn] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])]);
  if (!drawn) throw new Error('A process that draws ended without a figure');
  await once(child, 'exit');
  return drawn as DrawnLoad;
}

/** The same draw lists by both renderers: the worst picture of each avatar. */
export async function comparePictures(program: WebAssembly.Module): Promise<ReportRow[]> {
  const { device } = await openGpu('any');
  await using renderer = await GpuRenderer.create(device);
  const folder = resolve('avatars');
  const rows: ReportRow[] = [];
  for (const avatar of await avatarNames(folder)) {
    const picture = { ...(await readAvatar(folder, avatar)), widthPx: SIDE_PX, heightPx: SIDE_PX };
    const raster = await FaceRaster.create({ program, ...picture });
    using onCpu = raster.openCanvas();
    using onGpu = renderer.openCanvas(prepareFace(picture));
    let worst = Number.POSITIVE_INFINITY;
    for (const pose of Object.values(MIXED_POSES)) {
      onCpu.paint(poseOf(pose));
      await onGpu.paint(poseOf(pose));
      worst = Math.min(worst, psnrDb(onCpu.frame.subarray(0, SIDE_PX ** 2), onGpu.frame.subarray(0, SIDE_PX ** 2)));
    }
    rows.push({
      id: 'L5',
      figure: `${avatar}: luma of webgpu and wasm`,
      value: `${worst.toFixed(1)} dB`,
      goal: `>= ${PSNR_GOAL_DB} dB`,
      pass: worst >= PSNR_GOAL_DB,
    });
  }
  return rows;
}
