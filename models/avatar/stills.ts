import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { type LoadedRig, loadRig } from '../../server/face/load-rig.ts';
import { P, PARAMETER_COUNT, type ParameterName } from '../../server/face/parameters.ts';
import { buildRaster } from '../../server/face/raster/build-raster.ts';
import type { RgbaImage } from '../../server/face/raster/planes.ts';
import { i420ToRgba } from '../../server/face/raster/colour.ts';
import { FaceRaster } from '../../server/face/raster/raster.ts';

export type Weights = Partial<Record<ParameterName, number>>;

/** An avatar folder, drawn by the server's own rasteriser. */
export interface Stage extends Disposable {
  readonly rig: LoadedRig;
  /** RGBA, `sizePx` square. */
  draw(weights: Weights): Buffer;
}

export async function openStage(folder: string, sizePx: number): Promise<Stage> {
  const rig = loadRig(JSON.parse(await readFile(path.join(folder, 'avatar.json'), 'utf8')));
  const { data, info } = await sharp(path.join(folder, rig.atlas.file)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return stageOf(rig, { width: info.width, height: info.height, data: new Uint8Array(data) }, sizePx);
}

async function stageOf(rig: LoadedRig, atlas: RgbaImage, sizePx: number): Promise<Stage> {
  const program = await WebAssembly.compile((await buildRaster()).bytes);
  const raster = await FaceRaster.create({ program, rig, widthPx: sizePx, heightPx: sizePx, atlas });
  return {
    rig,
    draw(weights) {
      const parameters = new Float32Array(PARAMETER_COUNT);
      for (const [name, weight] of Object.entries(weights)) parameters[P[name as ParameterName]] = weight;
      using canvas = raster.openCanvas();
      canvas.paint(parameters);
      return Buffer.from(i420ToRgba(canvas.frame, sizePx, sizePx));
    },
    [Symbol.dispose]: () => raster[Symbol.dispose](),
  };
}

const POSTER_PX = 768;
const PREVIEW_PX = 192;

/** The pictures shown before a call begins: a large still and a small one. */
export async function writeStills(folder: string, rig: LoadedRig, atlas: RgbaImage): Promise<void> {
  using stage = await stageOf(rig, atlas, POSTER_PX);
  const still = sharp(
    stage.draw({
      mouthSmileLeft: 0.24,
      mouthSmileRight: 0.24,
      cheekSquintLeft: 0.3,
      cheekSquintRight: 0.3,
      eyeSquintLeft: 0.14,
      eyeSquintRight: 0.14,
    }),
    {
      raw: { width: POSTER_PX, height: POSTER_PX, channels: 4 },
    },
  ).removeAlpha();
  await Promise.all([
    still.clone().jpeg({ quality: 88 }).toFile(path.join(folder, 'poster.jpg')),
    still.clone().resize(PREVIEW_PX, PREVIEW_PX).png().toFile(path.join(folder, 'preview.png')),
  ]);
}
