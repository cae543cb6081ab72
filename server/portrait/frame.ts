import { eyeLine } from './landmarks/find-face.ts';
import type { RgbPicture } from './landmarks/landmark-engine.ts';
import type { Point } from './numeric/curve.ts';
import { clamp } from './numeric/mathematics.ts';
import { type Colours, cropPlane, luminance, type Plane } from './numeric/plane.ts';
import { portraitError } from './portrait-error.ts';
import { resample } from './resample.ts';
import { apply, inverse, type Similarity, similarityAt } from './similarity.ts';

/**
 * The levelled picture that an avatar is made of: the eyes lie on one height, `unit` pixels apart. The avatar's canvas is
 * the square in its middle; around it lie `margin` pixels that only a moving head brings into view.
 */
export interface Frame {
  readonly colours: Colours;
  readonly luminance: Plane;
  readonly width: number;
  readonly height: number;
  readonly margin: number;
  readonly unit: number;
  readonly toPhoto: Similarity;
  /** The 68 points, in frame pixels. */
  readonly landmarks: readonly Point[];
  /** Distance of the eyes in the photograph, and how far the head was tilted there. */
  readonly eyeDistancePx: number;
  readonly rollDeg: number;
  /** Sides of the canvas on which the photograph ends before the head does, in eye distances of room. */
  readonly room: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

const UNIT = { least: 104, most: 168 };
/** Sides of the canvas in eye distances: as much as is there, between these. */
const SIDE = { most: 6, least: 3.4, step: 0.1 };
/** Share of the canvas that may lie outside a tilted photograph, where its border is mirrored. */
const OUTSIDE_SHARE = 0.0015;
const MARGIN = 0.2;
const MAX_TILT_DEG = 28;

/** @throws VisavisError `portrait_tilted`, `portrait_too_small`, `portrait_cut` */
export function levelledFrame(photo: RgbPicture, points: readonly Point[], minEyeDistancePx: number): Frame {
  const eyes = eyeLine(points);
  const rollDeg = (eyes.angle * 180) / Math.PI;
  if (eyes.length < minEyeDistancePx) {
    throw portraitError(
      'portrait_too_small',
      `The face is too small: its eyes are ${Math.round(eyes.length)} pixels apart, ${minEyeDistancePx} are needed`,
    );
  }
  if (Math.abs(rollDeg) > MAX_TILT_DEG)
    throw portraitError('portrait_tilted', `The head is tilted by ${Math.round(Math.abs(rollDeg))} degrees`);
  const unit = Math.round(clamp(eyes.length, UNIT.least, UNIT.most));
  const middle = { x: (eyes.right.x + eyes.left.x) / 2, y: (eyes.right.y + eyes.left.y) / 2 };
  // From eye distances, the middle of the eyes being the origin, to the photograph.
  const fromUnits = similarityAt({ x: 0, y: 0 }, middle, eyes.length, eyes.angle);
  const toUnits = inverse(fromUnits);
  refuseCutFace(points, photo, eyes.length);
  const square = bestSquare(photo, fromUnits);
  const side = Math.floor((square.side * unit) / 8) * 8;
  const margin = Math.round(MARGIN * unit);
  const size = side + 2 * margin;
  const origin = { x: square.x * unit - margin, y: square.y * unit - margin };
  const toPhoto = similarityAt({ x: -origin.x, y: -origin.y }, middle, eyes.length / unit, eyes.angle);
  const colours = resample(photo, toPhoto, size, size);
  return {
    colours,
    luminance: luminance(colours),
    width: size,
    height: size,
    margin,
    unit,
    toPhoto,
    landmarks: points.map((p) => {
      const q = apply(toUnits, p);
      return { x: q.x * unit - origin.x, y: q.y * unit - origin.y };
    }),
    eyeDistancePx: eyes.length,
    rollDeg,
    room: { left: -square.x, right: square.x + square.side, top: -square.y, bottom: square.y + square.side },
  };
}

function refuseCutFace(points: readonly Point[], photo: RgbPicture, unit: number): void {
  const outside = points.filter(
    ({ x, y }) => x < -0.06 * unit || y < -0.06 * unit || x > photo.width + 0.06 * unit || y > photo.height + 0.02 * unit,
  );
  if (outside.length > 1) throw portraitError('portrait_cut', 'Part of the face lies outside the picture');
}

/** The largest square around the face that the photograph fills; in eye distances from the middle of the eyes. */
function bestSquare(photo: RgbPicture, fromUnits: Similarity): { x: number; y: number; side: number } {
  for (let side = SIDE.most; side >= SIDE.least; side -= SIDE.step) {
    let best: { x: number; y: number; cost: number } | undefined;
    // The head wants to be in the middle, its eyes at two fifths of the height.
    for (let dy = -0.6; dy <= 1.61; dy += 0.1) {
      for (let dx = -1; dx <= 1.01; dx += 0.1) {
        const x = -side / 2 + dx;
        const y = -0.42 * side + dy * 0.6;
        if (outsideShare(photo, fromUnits, x, y, side) > OUTSIDE_SHARE) continue;
        const cost = dx * dx + dy * dy;
        if (!best || cost < best.cost) best = { x, y, cost };
      }
    }
    if (best) return { x: best.x, y: best.y, side };
  }
  throw portraitError('portrait_cut', 'The picture is cut too close around the face');
}

function outsideShare({ width, height }: RgbPicture, fromUnits: Similarity, x: number, y: number, side: number): number {
  const steps = 24;
  let outside = 0;
  // The border alone is looked at: what leaves the photograph leaves it there.
  for (let i = 0; i <= steps; i++) {
    const t = (side * i) / steps;
    for (const p of [
      { x: x + t, y },
      { x: x + t, y: y + side },
      { x, y: y + t },
      { x: x + side, y: y + t },
    ]) {
      const q = apply(fromUnits, p);
      const over = Math.max(-q.x, q.x - width, -q.y, q.y - height, 0) / Math.hypot(fromUnits.a, fromUnits.b);
      outside += over / (side * 4 * steps);
    }
  }
  return outside;
}

/** A part of a frame as a frame of its own, for work that looks at little of it; `x` and `y` are whole pixels. */
export function partOf(
  frame: Frame,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Frame {
  const crop = (plane: Plane) => cropPlane(plane, box.x, box.y, box.width, box.height);
  const [r, g, b] = frame.colours;
  return {
    ...frame,
    colours: [crop(r), crop(g), crop(b)],
    luminance: crop(frame.luminance),
    width: box.width,
    height: box.height,
    landmarks: frame.landmarks.map(({ x, y }) => ({ x: x - box.x, y: y - box.y })),
  };
}
