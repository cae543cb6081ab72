export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Longer sides that are drawn: making ready for another one costs a tenth of a second, so there are few. */
const SIDES_PX = [256, 384, 512, 640, 768, 1024] as const;

/**
 * How large a picture with the proportions of `shape` has to be drawn to be sharp where it covers a box of `box` CSS pixels.
 * Not larger than `limitPx`.
 */
export function pictureSize(shape: Size, box: Size, pixelRatio: number, limitPx: number): Size {
  const cover = Math.max(box.width / shape.width, box.height / shape.height) * pixelRatio;
  const wanted = Math.max(shape.width, shape.height) * cover;
  const allowed = SIDES_PX.filter((side) => side <= limitPx);
  const side = allowed.find((step) => step >= wanted) ?? allowed.at(-1) ?? SIDES_PX[0];
  const scale = side / Math.max(shape.width, shape.height);
  const even = (length: number) => Math.max(64, 2 * Math.round((length * scale) / 2));
  return { width: even(shape.width), height: even(shape.height) };
}

/** The next smaller side, for machines that cannot keep up; the same when there is none. */
export function smallerSide(sidePx: number): number {
  return SIDES_PX.filter((side) => side < sidePx).at(-1) ?? sidePx;
}

export const LARGEST_SIDE_PX = SIDES_PX[SIDES_PX.length - 1] as number;
