/** The picture that is drawn into, and what is done with all of it within the clip. */

import { lanes, load4, over255, store4, unpack4 } from './lanes';

// Where pixels go. Chroma strides are half of the luma stride.
export let planeY: usize = 0;
export let planeU: usize = 0;
export let planeV: usize = 0;
export let width: i32 = 0;
export let height: i32 = 0;
/** Per 16 luma rows: first column that may be written, and the column after the last; i32 pairs, even numbers. */
export let bands: usize = 0;
export let firstRow: i32 = 0;
export let endRow: i32 = 0;

/** How much of each pixel is still to be seen: 255 all, 0 nothing. A plane of the luma's size, then one of the chroma's. */
export let openness: usize = 0;

export function setTarget(frame: usize, open: usize, w: i32, h: i32, clipBands: usize, rowFrom: i32, rowTo: i32): void {
  planeY = frame;
  planeU = frame + <usize>(w * h);
  planeV = planeU + <usize>((w >> 1) * (h >> 1));
  openness = open;
  width = w;
  height = h;
  bands = clipBands;
  firstRow = rowFrom;
  endRow = rowTo;
}

/** An empty picture within the clip: nothing drawn, all of it to be seen. */
export function clearClipped(): void {
  for (let row = firstRow; row < endRow; row++) {
    const from = load<i32>(bands + ((row >> 4) << 3));
    const count = load<i32>(bands + ((row >> 4) << 3), 4) - from;
    if (count <= 0) continue;
    const at = <usize>(row * width + from);
    memory.fill(planeY + at, 0, count);
    memory.fill(openness + at, 255, count);
    if (row & 1) continue;
    const chroma = <usize>((row >> 1) * (width >> 1) + (from >> 1));
    memory.fill(planeU + chroma, 0, count >> 1);
    memory.fill(planeV + chroma, 0, count >> 1);
    memory.fill(openness + <usize>(width * height) + chroma, 255, count >> 1);
  }
}

/** Adds `count` bytes of a plane where the target is still open. */
// @ts-ignore: decorator
@inline function addRow(at: usize, source: usize, open: usize, count: i32): void {
  while (count > 0) {
    if (count >= 16 && !v128.any_true(v128.load(open))) {
      at += 16;
      source += 16;
      open += 16;
      count -= 16;
      continue;
    }
    const seen = load<i32>(open) & lanes(count);
    if (seen == -1) store<i32>(at, load<i32>(source));
    else if (seen) store4(at, i32x4.add(load4(at), over255(i16x8.mul(load4(source), unpack4(seen)))));
    at += 4;
    source += 4;
    open += 4;
    count -= 4;
  }
}

/** Puts another I420 picture of the target's size behind everything, within the clip. */
export function addBehind(source: usize): void {
  const toSource = source - planeY;
  for (let row = firstRow; row < endRow; row++) {
    const from = load<i32>(bands + ((row >> 4) << 3));
    const count = load<i32>(bands + ((row >> 4) << 3), 4) - from;
    if (count <= 0) continue;
    const at = <usize>(row * width + from);
    addRow(planeY + at, source + at, openness + at, count);
    if (row & 1) continue;
    const chroma = <usize>((row >> 1) * (width >> 1) + (from >> 1));
    const open = openness + <usize>(width * height) + chroma;
    addRow(planeU + chroma, planeU + toSource + chroma, open, count >> 1);
    addRow(planeV + chroma, planeV + toSource + chroma, open, count >> 1);
  }
}

/** Zeroes a mask (luma plane, then chroma plane) within the clip. */
export function clearMask(mask: usize): void {
  for (let row = firstRow; row < endRow; row++) {
    const from = load<i32>(bands + ((row >> 4) << 3));
    const count = load<i32>(bands + ((row >> 4) << 3), 4) - from;
    if (count <= 0) continue;
    memory.fill(mask + <usize>(row * width + from), 0, count);
    if (row & 1) continue;
    memory.fill(mask + <usize>(width * height + (row >> 1) * (width >> 1) + (from >> 1)), 0, count >> 1);
  }
}
