import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncodedFrame, VideoCodec } from '../../core/video.ts';
import { loadRig } from '../../face/load-rig.ts';
import { FacePerformer } from '../../face/performer.ts';
import { buildRaster } from '../../face/raster/build-raster.ts';
import { type FaceCanvas, FaceRaster } from '../../face/raster/raster.ts';
import { psnrDb } from '../../face/raster/reference.ts';
import { testAtlas, testRig } from '../../face/test-rig.ts';
import { availableEncoders, type EncoderEngine, loadEncoderEngines } from '../encoder.ts';

const SIDE = 192;
const LIMIT_MS = 20_000;
const FRAME_TIME = 1920;
const engines = await loadEncoderEngines();
const cases: [string, VideoCodec, EncoderEngine][] = [];
for (const codec of ['vp8', 'h264'] as const)
  for await (const engine of availableEncoders(engines, codec)) cases.push([engine.id, codec, engine]);
const hasDecoder = spawnSync('ffmpeg', ['-version']).status === 0;

let canvas: FaceCanvas;
let folder: string;

beforeAll(async () => {
  const program = await WebAssembly.compile((await buildRaster()).bytes);
  const rig = loadRig(JSON.parse(JSON.stringify(testRig())));
  canvas = (await FaceRaster.create({ program, rig, atlas: testAtlas(), widthPx: SIDE, heightPx: SIDE })).openCanvas();
  folder = await mkdtemp(join(tmpdir(), 'visavis-encoders-'));
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Encodes a speaking face; `at` runs before each frame and says whether to ask for a key frame. */
async function encode(
  engine: EncoderEngine,
  codec: VideoCodec,
  count: number,
  at: (i: number, encoder: Awaited<ReturnType<EncoderEngine['create']>>) => boolean,
) {
  const performer = new FacePerformer({ seed: 1 });
  performer.speak('t', 0, [
    { symbol: 'a', startMs: 0, endMs: 900 },
    { symbol: 'm', startMs: 900, endMs: 1_000 },
  ]);
  const encoder = await engine.create({ codec, widthPx: SIDE, heightPx: SIDE, framesPerS: 25, bitrateBps: 600_000 });
  const frames = new Map<number, Uint8Array>();
  const chunks: EncodedFrame[] = [];
  for (let i = 0; i < count; i++) {
    canvas.paint(performer.frameAt(i * FRAME_TIME));
    frames.set(i * FRAME_TIME, canvas.frame.slice());
    const chunk = await encoder.encode(canvas.frame, i * FRAME_TIME, at(i, encoder));
    if (chunk) chunks.push(chunk);
  }
  await encoder.close();
  return { frames, chunks };
}

/** Decodes with ffmpeg, which knows nothing of our engines. */
async function decode(codec: VideoCodec, chunks: readonly EncodedFrame[]): Promise<Uint8Array[]> {
  const path = join(folder, `${codec}-${chunks.length}-${chunks[0]?.mediaTime}.bin`);
  await writeFile(path, codec === 'vp8' ? ivf(chunks) : Buffer.concat(chunks.map((chunk) => chunk.data)));
  const ffmpeg = spawn('ffmpeg', [
    '-loglevel',
    'error',
    '-f',
    codec === 'vp8' ? 'ivf' : 'h264',
    '-i',
    path,
    '-fps_mode',
    'passthrough',
    '-pix_fmt',
    'yuv420p',
    '-f',
    'rawvideo',
    'pipe:1',
  ]);
  const parts: Buffer[] = [];
  for await (const part of ffmpeg.stdout) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  const size = (SIDE * SIDE * 3) / 2;
  return Array.from({ length: Math.floor(raw.length / size) }, (_, i) => raw.subarray(i * size, (i + 1) * size));
}

function ivf(chunks: readonly EncodedFrame[]): Buffer {
  const header = Buffer.alloc(32);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(32, 6);
  header.write('VP80', 8, 'latin1');
  header.writeUInt16LE(SIDE, 12);
  header.writeUInt16LE(SIDE, 14);
  header.writeUInt32LE(25, 16);
  header.writeUInt32LE(1, 20);
  return Buffer.concat([
    header,
    ...chunks.flatMap(({ data }, i) => {
      const frame = Buffer.alloc(12);
      frame.writeUInt32LE(data.length, 0);
      frame.writeUInt32LE(i, 4);
      return [frame, data];
    }),
  ]);
}

it('finds every engine by scanning the folder', () => {
  expect(engines.map((engine) => engine.id).sort()).toEqual(['ffmpeg', 'node-av', 'webcodecs']);
});

describe.each(cases)('%s making %s', { timeout: LIMIT_MS }, (_, codec, engine) => {
  it('gives chunks in order, with a key frame first and at most two frames late', async () => {
    const { chunks } = await encode(engine, codec, 12, () => false);
    expect(chunks.length).toBeGreaterThanOrEqual(10);
    expect(chunks[0]?.keyFrame).toBe(true);
    expect(chunks.map((chunk) => chunk.mediaTime)).toEqual(chunks.map((_chunk, i) => i * FRAME_TIME));
    expect(chunks.every((chunk) => chunk.data.length > 0)).toBe(true);
  });

  it.runIf(hasDecoder)('can be decoded into the picture that went in', async () => {
    const { frames, chunks } = await encode(engine, codec, 25, () => false);
    const pictures = await decode(codec, chunks);
    expect(pictures).toHaveLength(chunks.length);
    const luma = SIDE * SIDE;
    for (const i of [0, 10, 20]) {
      const source = frames.get(chunks[i]?.mediaTime as number) as Uint8Array;
      expect(psnrDb(source.subarray(0, luma), (pictures[i] as Uint8Array).subarray(0, luma))).toBeGreaterThan(29);
      expect(psnrDb(source.subarray(luma), (pictures[i] as Uint8Array).subarray(luma))).toBeGreaterThan(31);
    }
  });

  it.runIf(hasDecoder)('gives a key frame on demand, from which a decoder can start', async () => {
    const { chunks } = await encode(engine, codec, 60, (i) => i === 45);
    const from = chunks.findIndex((chunk) => chunk.mediaTime >= 45 * FRAME_TIME && chunk.keyFrame);
    expect(from).toBeGreaterThan(0);
    if (engine.exactKeyFrames) {
      expect(chunks[from]?.mediaTime).toBe(45 * FRAME_TIME);
      expect(chunks.filter((chunk) => chunk.keyFrame)).toHaveLength(2);
    }
    expect(await decode(codec, chunks.slice(from))).toHaveLength(chunks.length - from);
  });

  it.runIf(hasDecoder)('takes another bitrate and goes on', async () => {
    const { chunks } = await encode(engine, codec, 120, (i, encoder) => {
      if (i === 30) encoder.setBitrate(100_000);
      return false;
    });
    const bytes = (from: number, to: number) =>
      chunks.filter((c) => !c.keyFrame && c.mediaTime >= from * FRAME_TIME && c.mediaTime < to * FRAME_TIME);
    expect(bytes(90, 120).reduce((sum, c) => sum + c.data.length, 0)).toBeLessThan((100_000 / 8) * 1.2 * 2);
    expect(await decode(codec, chunks.slice(0, 60))).not.toHaveLength(0);
  });

  it('closes twice, and refuses frames afterwards', async () => {
    const encoder = await engine.create({ codec, widthPx: SIDE, heightPx: SIDE, framesPerS: 25, bitrateBps: 600_000 });
    await encoder.encode(canvas.frame, 0, true);
    await encoder.close();
    await encoder.close();
    await expect(encoder.encode(canvas.frame, 1920, false)).rejects.toMatchObject({ code: 'encoder_failed' });
  });
});
