/** Four pixels at a time, one i32 lane each. What stays below 65,536 is multiplied by i16x8.mul, which is one instruction to i32x4.mul's two. */

/** Bilinear sample of one byte of each of four texel pairs: `top` and `bottom` hold (left, right) as i16 per lane. */
// @ts-ignore: decorator
@inline export function bilinear(top: v128, bottom: v128, rowFraction: v128, columnWeights: v128): v128 {
  const column = i16x8.add(i16x8.shl(top, 7), i16x8.mul(i16x8.sub(bottom, top), rowFraction));
  return i32x4.shr_u(i32x4.add(i32x4.dot_i16x8_s(column, columnWeights), i32x4.splat(1 << 13)), 14);
}

// @ts-ignore: decorator
@inline export function gather(base: usize, offsets: v128): v128 {
  let texels = v128.load32_zero(base + <usize>i32x4.extract_lane(offsets, 0));
  texels = v128.load_lane<u32>(base + <usize>i32x4.extract_lane(offsets, 1), texels, 1);
  texels = v128.load_lane<u32>(base + <usize>i32x4.extract_lane(offsets, 2), texels, 2);
  return v128.load_lane<u32>(base + <usize>i32x4.extract_lane(offsets, 3), texels, 3);
}

/** x / 255, rounded, for 0 <= x <= 65025. */
// @ts-ignore: decorator
@inline export function over255(x: v128): v128 {
  const t = i32x4.add(x, i32x4.splat(128));
  return i32x4.shr_u(i32x4.add(t, i32x4.shr_u(t, 8)), 8);
}

// @ts-ignore: decorator
@inline export function load4(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Four bytes at once. */
// @ts-ignore: decorator
@inline export function store4(at: usize, values: v128): void {
  const words = i16x8.narrow_i32x4_u(values, values);
  store<i32>(at, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
}

/** The bytes of the first `count` of four pixels. */
// @ts-ignore: decorator
@inline export function lanes(count: i32): i32 {
  return <i32>(<u32>0xffffffff >> ((4 - min<i32>(count, 4)) << 3));
}

/** Four bytes in a word to four lanes. */
// @ts-ignore: decorator
@inline export function unpack4(bytes: i32): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i32x4.replace_lane(i32x4.splat(0), 0, bytes)));
}

/** `level` is 0..256. */
// @ts-ignore: decorator
@inline export function scaled(values: v128, level: v128): v128 {
  return i32x4.shr_u(i32x4.add(i16x8.mul(values, level), i32x4.splat(128)), 8);
}
