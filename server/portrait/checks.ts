import type { ImportWarning, PortraitMeasures } from './contract.ts';
import type { Frame } from './frame.ts';
import type { Matte } from './matte/matte.ts';
import { quantile } from './numeric/mathematics.ts';
import { blur, type Plane, sample } from './numeric/plane.ts';
import { portraitError } from './portrait-error.ts';
import type { Eyes } from './refine/eyes.ts';

/** Refusals and warnings; the ranges were seen on some thirty photographs. */
export const MIN_EYE_DISTANCE_PX = 90;
const SMALL_EYE_DISTANCE_PX = 115;
const YAW = { refused: 0.2, warned: 0.13 };
const JITTER_REFUSED = 4.5;
const IRIS_GUESSED = 16;
const GLASSES_EDGE = 14;
const LUMINANCE = { dark: 32, dim: 55, burntShare: 0.35 };
const SHARPNESS = { refused: 2.2, warned: 3.6 };

export interface FaceMeasures {
  readonly yaw: number;
  readonly jitter: number;
  readonly sharpness: number;
  readonly faceLuminance: number;
}

/** What must hold before anything is computed. @throws VisavisError `portrait_*` */
export function checkFace(frame: Frame, jitter: number): FaceMeasures {
  const { landmarks: L } = frame;
  const yaw = (L[30]!.x - (L[0]!.x + L[16]!.x) / 2) / (L[16]!.x - L[0]!.x);
  if (Math.abs(yaw) > YAW.refused) throw portraitError('portrait_turned', 'The face is turned away too far');
  if (jitter > JITTER_REFUSED) throw portraitError('portrait_hidden', 'The features of the face cannot be made out');
  const lights = faceSamples(frame, frame.luminance);
  const faceLuminance = quantile(lights, 0.5);
  if (quantile(lights, 0.9) < LUMINANCE.dark) throw portraitError('portrait_dark', 'The face is too dark');
  const burnt = lights.filter((v) => v > 251).length / lights.length;
  if (burnt > LUMINANCE.burntShare) throw portraitError('portrait_burnt', `${Math.round(burnt * 100)} % of the face are burnt out`);
  const sharpness = sharpnessOf(frame, quantile(lights, 0.9) - quantile(lights, 0.1));
  if (sharpness < SHARPNESS.refused) throw portraitError('portrait_blurred', 'The face is blurred');
  return { yaw, jitter, sharpness, faceLuminance };
}

/** What is less than one would wish for, as far as the frame alone shows it. */
export function faceWarnings(frame: Frame, face: FaceMeasures): ImportWarning[] {
  const warnings: ImportWarning[] = [];
  const warn = (code: ImportWarning['code'], message: string) => warnings.push({ code, message });
  if (frame.eyeDistancePx < SMALL_EYE_DISTANCE_PX)
    warn('small', `The face is small (eyes ${Math.round(frame.eyeDistancePx)} pixels apart): the avatar will be soft`);
  if (Math.abs(face.yaw) > YAW.warned) warn('turned', 'The face is turned a little: one cheek will be stretched when the head moves');
  if (face.sharpness < SHARPNESS.warned) warn('soft', 'The picture is a little blurred');
  if (face.faceLuminance < LUMINANCE.dim) warn('dim', 'The face is dark');
  if (frame.room.top < 1) warn('tight', 'The picture is cut close above the eyes');
  return warnings;
}

export function checkLikeness(
  frame: Frame,
  face: FaceMeasures,
  eyes: Eyes,
  matte: Matte,
): { measures: PortraitMeasures; warnings: ImportWarning[]; hasGlasses: boolean; eyesMove: boolean } {
  const irisScore = Math.min(...eyes.map((eye) => eye.irisScore));
  const noseRootEdge = noseRoot(frame);
  const hasGlasses = noseRootEdge > GLASSES_EDGE;
  const eyesMove = irisScore >= IRIS_GUESSED;
  const warnings = faceWarnings(frame, face);
  const warn = (code: ImportWarning['code'], message: string) => warnings.push({ code, message });
  if (matte.outlineContrast < 2)
    warn('busy_background', 'The background cannot be told from the person: it bends along when the head moves');
  if (!eyesMove) warn('eyes_uncertain', 'The eyes were not found surely: blinking and gaze are off; placing the points by hand helps');
  if (hasGlasses) warn('glasses', 'Glasses: brows and cheeks hardly move');
  return {
    measures: {
      eyeDistancePx: frame.eyeDistancePx,
      yaw: face.yaw,
      rollDeg: frame.rollDeg,
      landmarkJitter: face.jitter,
      irisScore,
      outlineContrast: matte.outlineContrast,
      noseRootEdge,
      sharpness: face.sharpness,
      faceLuminance: face.faceLuminance,
    },
    warnings,
    hasGlasses,
    eyesMove,
  };
}

/** Samples of the face between brows and chin. */
function faceSamples({ landmarks: L, unit }: Frame, plane: Plane): number[] {
  const out: number[] = [];
  const step = Math.max(1, unit / 64);
  for (let y = L[27]!.y - 0.2 * unit; y < L[57]!.y; y += step)
    for (let x = L[36]!.x; x < L[45]!.x; x += step) out.push(sample(plane, x, y));
  return out;
}

/** Strong edges of eyes and mouth against the face's contrast: how much a small blur takes from them, percent. */
function sharpnessOf(frame: Frame, contrast: number): number {
  const { landmarks: L, luminance: light, unit } = frame;
  const smooth = blur(light, unit / 128);
  const strength: number[] = [];
  for (let y = Math.floor(L[36]!.y - 0.16 * unit); y < L[57]!.y; y++)
    for (let x = Math.floor(L[36]!.x); x < L[45]!.x; x++) strength.push(Math.abs(sample(light, x, y) - sample(smooth, x, y)));
  return (100 * quantile(strength, 0.98)) / (contrast + 20);
}

/** A frame of glasses crosses the root of the nose: the strongest horizontal edge there, percent of its light. */
function noseRoot({ landmarks: L, luminance, unit }: Frame): number {
  const k = unit / 128;
  const smooth = luminance;
  let sum = 0;
  let total = 0;
  let count = 0;
  const columns = 17;
  for (let i = 0; i < columns; i++) {
    const x = L[27]!.x + (i - 8) * k;
    let most = 0;
    for (let dy = -10; dy < 22; dy++) {
      const y = L[27]!.y + dy * k;
      const mean = (at: number) => (sample(smooth, x, at - k) + 2 * sample(smooth, x, at) + sample(smooth, x, at + k)) / 4;
      most = Math.max(most, Math.abs(mean(y + k) - mean(y)));
      total += sample(smooth, x, y);
      count++;
    }
    sum += most;
  }
  return (sum / columns / (total / count + 20)) * 100;
}
