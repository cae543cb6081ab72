import type { Frame } from '../frame.ts';
import type { Mouth } from '../refine/mouth.ts';
import { gridOver, type LayerDraft, morphBy, type Texture, type TextureRegion } from '../rig/layer.ts';

export type Paint = (x: number, y: number, out: Float64Array) => void;
export type Colour = readonly [number, number, number];

/** What the painters of the mouth's inside know; lengths in frame pixels. */
export interface Inside {
  readonly frame: Frame;
  readonly mouth: Mouth;
  readonly cx: number;
  /** Where the shut lips meet. */
  readonly seam: number;
  /** The eye distance. */
  readonly U: number;
  /** What the chin drops by at jawOpen = 1. */
  readonly jaw: number;
  readonly depth: number;
  /** Enamel, 0..255. */
  readonly white: Colour;
  /** How much light there is, about 1. */
  readonly light: number;
}

/** A rectangle around the middle of the mouth, in eye distances: half its width, its top and bottom below the seam. */
export const boxOf = ({ cx, seam, U }: Inside, half: number, top: number, bottom: number): TextureRegion => ({
  x: cx - half * U,
  y: seam + top * U,
  width: 2 * half * U,
  height: (bottom - top) * U,
});

/** A painted rectangle at one depth. */
export function mouthLayer(
  id: string,
  texture: Texture,
  box: TextureRegion,
  [columns, rows]: readonly [number, number],
  depth: number,
  morphs: (grid: { x: Float64Array; y: Float64Array }) => LayerDraft['morphs'],
  extra: Partial<LayerDraft> = {},
): LayerDraft {
  const { x, y, triangles } = gridOver(box, columns, rows);
  return {
    id,
    texture,
    region: box,
    x,
    y,
    tx: x,
    ty: y,
    triangles,
    depth: x.map(() => depth),
    follow: x.map(() => 1),
    morphs: morphs({ x, y }),
    ...extra,
  };
}

/** Goes down and aside with a share of the jaw. */
export const withJaw =
  ({ jaw, U }: Inside, share: number) =>
  ({ x, y }: { x: Float64Array; y: Float64Array }): LayerDraft['morphs'] => ({
    jawOpen: morphBy(x, y, () => [0, jaw * share]),
    jawLeft: morphBy(x, y, () => [0.1 * U * share, 0]),
    jawRight: morphBy(x, y, () => [-0.1 * U * share, 0]),
  });
