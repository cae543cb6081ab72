/** What a picture is made with, as shares of the configured one at its best. */
export interface PictureStep {
  /** Of the frame rate. */
  readonly rate: number;
  /** Of width and height. */
  readonly scale: number;
}

/** With less bandwidth there are first fewer pictures, then smaller ones. */
export const PICTURE_STEPS = [
  { rate: 1, scale: 1 },
  { rate: 0.8, scale: 1 },
  { rate: 0.6, scale: 1 },
  { rate: 0.6, scale: 0.75 },
  { rate: 0.5, scale: 0.5 },
] as const satisfies readonly PictureStep[];

/** What a call may ask for: `auto` follows the server's load, the others do not; all follow the bandwidth. */
export const PICTURE_QUALITIES = ['auto', 'high', 'medium', 'low'] as const;
export type PictureQuality = (typeof PICTURE_QUALITIES)[number];

/** The best picture of each quality; shortage may make it less. */
export const BEST_STEP: Readonly<Record<PictureQuality, PictureStep>> = {
  auto: PICTURE_STEPS[0],
  high: PICTURE_STEPS[0],
  medium: PICTURE_STEPS[3],
  low: PICTURE_STEPS[4],
};

const LEAST_FRAMES_PER_S = 5;
/** Encoders like sides of whole macroblocks. */
const BLOCK_PX = 16;
const LEAST_SIDE_PX = 64;

export const frameRateAt = ({ rate }: PictureStep, framesPerS: number): number =>
  Math.max(LEAST_FRAMES_PER_S, Math.round(framesPerS * rate));

export function sizeAt({ scale }: Pick<PictureStep, 'scale'>, { widthPx, heightPx }: PictureSize): PictureSize {
  const sidePx = (px: number) => (scale === 1 ? px : Math.max(LEAST_SIDE_PX, Math.round((px * scale) / BLOCK_PX) * BLOCK_PX));
  return { widthPx: sidePx(widthPx), heightPx: sidePx(heightPx) };
}

export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}
