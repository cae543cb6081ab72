import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { serveParent } from '../core/child.ts';
import { loadRig } from '../face/load-rig.ts';
import { PARAMETER_COUNT } from '../face/parameters.ts';
import { i420ToRgba, lumaOf } from '../face/raster/colour.ts';
import { FaceRaster } from '../face/raster/raster.ts';
import type { Rig } from '../face/rig.ts';
import type { Frame } from './frame.ts';
import { inspected } from './inspect.ts';
import { openLandmarkEngine } from './landmarks/engines.ts';
import { scaledPoints } from './landmarks/face-points.ts';
import type { FoundPortrait, ImportRequest } from './import-messages.ts';
import { portrayed } from './pipeline.ts';
import { readPhotograph } from './photograph.ts';
import type { Identity } from './rig/assemble.ts';
import { stagePreview } from './stage-preview.ts';

/** The process in which a stranger's picture is decoded and computed on. It lives for one picture. */
const POSTER_PX = 768;
const PREVIEW_PX = 192;

serveParent<null>({
  start() {
    // One picture at a time, on a machine that also talks to people.
    sharp.concurrency(1);
    sharp.cache(false);
  },
  ask(body, { part }) {
    const request = body as unknown as ImportRequest;
    return body.kind === 'inspect' ? inspected(request) : portray(request, part);
  },
});

async function portray(request: ImportRequest, part: (value: unknown) => void): Promise<FoundPortrait> {
  const { bytes, limits, points, engine, identity, program } = request;
  part({ stage: 'reading', share: 0 });
  const photo = await readPhotograph(bytes, limits);
  const portrait = await portrayed(photo, {
    identity,
    points: points && scaledPoints(points, photo.width / photo.fullWidth),
    openEngine: () => openLandmarkEngine(engine),
    onStage: (stage, share) => part({ stage, share }),
    onPicture: async (picture) => part({ stage: picture.stage, share: 1, preview: await stagePreview(picture) }),
  });
  part({ stage: 'painting', share: 1 });
  const { rig, atlas, likeness } = portrait;
  const still = await neutralFrame(rig, atlas, program);
  const mark = provenance(identity, bytes);
  const png = await sharp(atlas.rgba, { raw: { width: atlas.width, height: atlas.height, channels: 4 } })
    .withExif(mark)
    .png({ compressionLevel: 7 })
    .toBuffer();
  const picture = sharp(still.rgba, { raw: { width: still.side, height: still.side, channels: 4 } }).removeAlpha();
  return {
    avatarJson: JSON.stringify(rig),
    atlasPng: png,
    posterJpg: await picture.clone().resize(POSTER_PX, POSTER_PX).withExif(mark).jpeg({ quality: 90 }).toBuffer(),
    previewPng: await picture.clone().resize(PREVIEW_PX, PREVIEW_PX).withExif(mark).png().toBuffer(),
    report: {
      warnings: portrait.warnings,
      measures: portrait.measures,
      points: scaledPoints(portrait.points, photo.fullWidth / photo.width),
      mouthOpen: likeness.mouth.isOpen,
      cutOut: likeness.isCutOut,
      triangles: portrait.triangles,
      layers: rig.layers.length,
      psnrDb: lumaPsnrDb(still.luma, likeness.frame, still.side),
    },
  };
}

/** Draws the face at rest with the server's own rasteriser: what does not load or draw is never written. */
async function neutralFrame(rig: Rig, atlas: { width: number; height: number; rgba: Uint8Array }, program: Uint8Array<ArrayBuffer>) {
  const side = rig.canvas.width;
  using raster = await FaceRaster.create({
    program: await WebAssembly.compile(program),
    rig: loadRig(JSON.parse(JSON.stringify(rig))),
    atlas: { width: atlas.width, height: atlas.height, data: atlas.rgba },
    widthPx: side,
    heightPx: side,
  });
  using canvas = raster.openCanvas();
  canvas.paint(new Float32Array(PARAMETER_COUNT));
  return { side, luma: canvas.frame.slice(0, side * side), rgba: i420ToRgba(canvas.frame, side, side) };
}

/** The frame at rest against the photograph that it was made of. */
function lumaPsnrDb(luma: Uint8Array, frame: Frame, side: number): number {
  let squares = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const i = (y + frame.margin) * frame.width + x + frame.margin;
      const [r, g, b] = frame.colours;
      squares += (luma[y * side + x]! - Math.round(lumaOf(r.data[i]!, g.data[i]!, b.data[i]!))) ** 2;
    }
  }
  return squares === 0 ? 99 : 10 * Math.log10((255 * 255 * side * side) / squares);
}

/** Travels in the pictures themselves: what they are made of, and that what they show was never filmed. */
function provenance(identity: Identity, bytes: Uint8Array) {
  return {
    IFD0: {
      Software: 'Visavis',
      ImageDescription: `Synthetic avatar "${identity.name}", animated from a ${identity.provenance?.kind === 'generated' ? 'generated picture' : 'photograph'} (sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)})`,
      Copyright: identity.licence,
    },
  };
}
