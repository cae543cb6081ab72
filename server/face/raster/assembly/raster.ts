/**
 * Textured triangles straight into I420, in AssemblyScript with WASM SIMD. No allocation and no state but the target:
 * the TypeScript side (raster.ts) lays out the memory and passes addresses.
 *
 * Texels are two bytes. Luma plane: [Y*a, a] at the atlas's size; chroma plane: [U*a, V*a] at half of it, with a second
 * half-size plane [a, 0]. All are limited-range code values times alpha, so that a blend is `texel + dst * (1 - a)`.
 *
 * Vertices are snapped to 1/16 pixel. An edge's crossing with a row is computed from its upper to its lower end, so two
 * triangles that share the edge get the same crossing; a span holds the pixels whose centres are >= its left and < its
 * right crossing. Hence every pixel of a mesh is drawn once, without seams and without edges blended twice. Chroma
 * spans follow the same rule on the same snapped vertices, with centres two luma pixels apart.
 */

const SUBPIXEL: i32 = 16;
const HALF: i32 = 8;

// Where pixels go. Chroma strides are half of the luma stride.
let planeY: usize = 0;
let planeU: usize = 0;
let planeV: usize = 0;
let width: i32 = 0;
let height: i32 = 0;
/** Per 16 luma rows: first column that may be written, and the column after the last; i32 pairs, even numbers. */
let bands: usize = 0;
let firstRow: i32 = 0;
let endRow: i32 = 0;

// Where texels come from.
let lumaTexels: usize = 0;
let chromaTexels: usize = 0;
let alphaTexels: usize = 0;
let atlasWidth: i32 = 0;
let atlasHeight: i32 = 0;

// The layer: opacity 0..256, and mask planes (luma size, then chroma size); 0 for none.
let opacity: i32 = 256;
let maskIn: usize = 0;
let maskOut: usize = 0;

export function heapBase(): usize {
  return __heap_base;
}

export function setTarget(frame: usize, w: i32, h: i32, clipBands: usize, rowFrom: i32, rowTo: i32): void {
  planeY = frame;
  planeU = frame + <usize>(w * h);
  planeV = planeU + <usize>((w >> 1) * (h >> 1));
  width = w;
  height = h;
  bands = clipBands;
  firstRow = rowFrom;
  endRow = rowTo;
}

export function setAtlas(luma: usize, chroma: usize, alpha: usize, w: i32, h: i32): void {
  lumaTexels = luma;
  chromaTexels = chroma;
  alphaTexels = alpha;
  atlasWidth = w;
  atlasHeight = h;
}

/** Bilinear sample of one byte of each of four texel pairs: `top` and `bottom` hold (left, right) as i16 per lane. */
// @ts-ignore: decorator
@inline function bilinear(top: v128, bottom: v128, rowFraction: v128, columnWeights: v128): v128 {
  const column = i16x8.add(i16x8.shl(top, 7), i16x8.mul(i16x8.sub(bottom, top), rowFraction));
  return i32x4.shr_u(i32x4.add(i32x4.dot_i16x8_s(column, columnWeights), i32x4.splat(1 << 13)), 14);
}

// @ts-ignore: decorator
@inline function gather(base: usize, offsets: v128): v128 {
  let texels = v128.load32_zero(base + <usize>i32x4.extract_lane(offsets, 0));
  texels = v128.load_lane<u32>(base + <usize>i32x4.extract_lane(offsets, 1), texels, 1);
  texels = v128.load_lane<u32>(base + <usize>i32x4.extract_lane(offsets, 2), texels, 2);
  return v128.load_lane<u32>(base + <usize>i32x4.extract_lane(offsets, 3), texels, 3);
}

/** x / 255, rounded, for 0 <= x <= 65025. */
// @ts-ignore: decorator
@inline function over255(x: v128): v128 {
  const t = i32x4.add(x, i32x4.splat(128));
  return i32x4.shr_u(i32x4.add(t, i32x4.shr_u(t, 8)), 8);
}

// @ts-ignore: decorator
@inline function load4(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Four bytes, or the first `count` of them. */
// @ts-ignore: decorator
@inline function store4(at: usize, values: v128, count: i32): void {
  const words = i16x8.narrow_i32x4_u(values, values);
  const bytes = i8x16.narrow_i16x8_u(words, words);
  if (count >= 4) {
    v128.store_lane<u32>(at, bytes, 0);
  } else {
    store<u8>(at, i8x16.extract_lane_u(bytes, 0));
    if (count > 1) store<u8>(at + 1, i8x16.extract_lane_u(bytes, 1));
    if (count > 2) store<u8>(at + 2, i8x16.extract_lane_u(bytes, 2));
  }
}

// @ts-ignore: decorator
@inline function scaled(values: v128): v128 {
  return opacity == 256 ? values : i32x4.shr_u(i32x4.add(i32x4.mul(values, i32x4.splat(opacity)), i32x4.splat(128)), 8);
}

// One span: texel coordinates are 16.16 and stay within [uMin, uMax] x [vMin, vMax], the triangle's own part of the atlas.
let uMin: i32 = 0;
let uMax: i32 = 0;
let vMin: i32 = 0;
let vMax: i32 = 0;

function lumaSpan(u0: i32, v0: i32, du: i32, dv: i32, count: i32, at: usize, opaque: bool): void {
  let u = i32x4.add(i32x4.splat(u0), i32x4.mul(i32x4.splat(du), i32x4(0, 1, 2, 3)));
  let v = i32x4.add(i32x4.splat(v0), i32x4.mul(i32x4.splat(dv), i32x4(0, 1, 2, 3)));
  const du4 = i32x4.splat(du << 2);
  const dv4 = i32x4.splat(dv << 2);
  const lowU = i32x4.splat(uMin);
  const highU = i32x4.splat(uMax);
  const lowV = i32x4.splat(vMin);
  const highV = i32x4.splat(vMax);
  const stride = i32x4.splat(atlasWidth << 1);
  const nextRow = <usize>(atlasWidth << 1);
  const even = i32x4.splat(0x00ff00ff);
  const fraction = i32x4.splat(127);
  const input = maskIn;
  const output = maskOut;
  for (; count > 0; count -= 4) {
    const cu = i32x4.min_s(i32x4.max_s(u, lowU), highU);
    const cv = i32x4.min_s(i32x4.max_s(v, lowV), highV);
    const offsets = i32x4.add(i32x4.mul(i32x4.shr_s(cv, 16), stride), i32x4.shl(i32x4.shr_s(cu, 16), 1));
    const top = gather(lumaTexels, offsets);
    const bottom = gather(lumaTexels + nextRow, offsets);
    const fv = v128.and(i32x4.shr_u(cv, 9), fraction);
    const fu = v128.and(i32x4.shr_u(cu, 9), fraction);
    const rows = v128.or(fv, i32x4.shl(fv, 16));
    const columns = v128.or(i32x4.sub(i32x4.splat(128), fu), i32x4.shl(fu, 16));
    let luma = bilinear(v128.and(top, even), v128.and(bottom, even), rows, columns);
    if (!opaque) {
      let alpha = bilinear(v128.and(i16x8.shr_u(top, 8), even), v128.and(i16x8.shr_u(bottom, 8), even), rows, columns);
      if (v128.any_true(alpha)) {
        luma = scaled(luma);
        alpha = scaled(alpha);
        if (input) {
          const mask = load4(input + (at - planeY));
          luma = over255(i32x4.mul(luma, mask));
          alpha = over255(i32x4.mul(alpha, mask));
        }
        const rest = i32x4.sub(i32x4.splat(255), alpha);
        luma = i32x4.add(luma, over255(i32x4.mul(load4(at), rest)));
        store4(at, luma, count);
        if (output) {
          const mask = output + (at - planeY);
          store4(mask, i32x4.add(alpha, over255(i32x4.mul(load4(mask), rest))), count);
        }
      }
    } else {
      store4(at, luma, count);
    }
    u = i32x4.add(u, du4);
    v = i32x4.add(v, dv4);
    at += 4;
  }
}

function chromaSpan(u0: i32, v0: i32, du: i32, dv: i32, count: i32, at: usize, opaque: bool): void {
  let u = i32x4.add(i32x4.splat(u0), i32x4.mul(i32x4.splat(du), i32x4(0, 1, 2, 3)));
  let v = i32x4.add(i32x4.splat(v0), i32x4.mul(i32x4.splat(dv), i32x4(0, 1, 2, 3)));
  const du4 = i32x4.splat(du << 2);
  const dv4 = i32x4.splat(dv << 2);
  const lowU = i32x4.splat(uMin);
  const highU = i32x4.splat(uMax);
  const lowV = i32x4.splat(vMin);
  const highV = i32x4.splat(vMax);
  // The half-size planes have as many bytes per row as the atlas has texels.
  const stride = i32x4.splat(atlasWidth);
  const nextRow = <usize>atlasWidth;
  const even = i32x4.splat(0x00ff00ff);
  const fraction = i32x4.splat(127);
  const toV = planeV - planeU;
  const planeSize = <usize>(width * height);
  const input = maskIn;
  const output = maskOut;
  for (; count > 0; count -= 4) {
    const cu = i32x4.min_s(i32x4.max_s(u, lowU), highU);
    const cv = i32x4.min_s(i32x4.max_s(v, lowV), highV);
    const offsets = i32x4.add(i32x4.mul(i32x4.shr_s(cv, 16), stride), i32x4.shl(i32x4.shr_s(cu, 16), 1));
    const fv = v128.and(i32x4.shr_u(cv, 9), fraction);
    const fu = v128.and(i32x4.shr_u(cu, 9), fraction);
    const rows = v128.or(fv, i32x4.shl(fv, 16));
    const columns = v128.or(i32x4.sub(i32x4.splat(128), fu), i32x4.shl(fu, 16));
    let alpha = i32x4.splat(255);
    if (!opaque) {
      alpha = bilinear(v128.and(gather(alphaTexels, offsets), even), v128.and(gather(alphaTexels + nextRow, offsets), even), rows, columns);
    }
    if (opaque || v128.any_true(alpha)) {
      const top = gather(chromaTexels, offsets);
      const bottom = gather(chromaTexels + nextRow, offsets);
      let blue = bilinear(v128.and(top, even), v128.and(bottom, even), rows, columns);
      let red = bilinear(v128.and(i16x8.shr_u(top, 8), even), v128.and(i16x8.shr_u(bottom, 8), even), rows, columns);
      if (!opaque) {
        blue = scaled(blue);
        red = scaled(red);
        alpha = scaled(alpha);
        if (input) {
          const mask = load4(input + planeSize + (at - planeU));
          blue = over255(i32x4.mul(blue, mask));
          red = over255(i32x4.mul(red, mask));
          alpha = over255(i32x4.mul(alpha, mask));
        }
        const rest = i32x4.sub(i32x4.splat(255), alpha);
        blue = i32x4.add(blue, over255(i32x4.mul(load4(at), rest)));
        red = i32x4.add(red, over255(i32x4.mul(load4(at + toV), rest)));
        if (output) {
          const mask = output + planeSize + (at - planeU);
          store4(mask, i32x4.add(alpha, over255(i32x4.mul(load4(mask), rest))), count);
        }
      }
      store4(at, blue, count);
      store4(at + toV, red, count);
    }
    u = i32x4.add(u, du4);
    v = i32x4.add(v, dv4);
    at += 4;
  }
}

// @ts-ignore: decorator
@inline function fixed(texels: f64): i32 {
  return <i32>min<f64>(max<f64>(texels * 65536, -1073741824), 1073741823);
}

// @ts-ignore: decorator
@inline function clamp(value: i32, low: i32, high: i32): i32 {
  return min<i32>(max<i32>(value, low), high);
}

/**
 * Draws a layer's triangles, in order. `vertices`: f32 x, y (canvas), u, v (atlas texels at full size) each; they become
 * pixels by `scale`, `offsetX`, `offsetY`, and texels of the planes by `texelScaleX`, `texelScaleY`.
 * `kinds`, one byte per triangle: 0 invisible, 1 opaque, 2 blended.
 */
export function drawLayer(
  vertices: usize, indices: usize, kinds: usize, triangles: i32, scale: f64, offsetX: f64, offsetY: f64, texelScaleX: f64, texelScaleY: f64,
  layerOpacity: i32, maskSource: usize, maskTarget: usize,
): void {
  opacity = layerOpacity;
  maskIn = maskSource;
  maskOut = maskTarget;
  const plain = layerOpacity == 256 && maskSource == 0;
  const sub = scale * SUBPIXEL;
  const subX = offsetX * SUBPIXEL;
  const subY = offsetY * SUBPIXEL;
  for (let t = 0; t < triangles; t++) {
    const kind = load<u8>(kinds + t);
    if (kind == 0) continue;
    let a = vertices + ((<usize>load<u16>(indices + t * 6)) << 4);
    let b = vertices + ((<usize>load<u16>(indices + t * 6 + 2)) << 4);
    let c = vertices + ((<usize>load<u16>(indices + t * 6 + 4)) << 4);
    let ya = <i32>nearest<f64>(<f64>load<f32>(a, 4) * sub + subY);
    let yb = <i32>nearest<f64>(<f64>load<f32>(b, 4) * sub + subY);
    let yc = <i32>nearest<f64>(<f64>load<f32>(c, 4) * sub + subY);
    if (min(ya, min(yb, yc)) >= endRow * SUBPIXEL || max(ya, max(yb, yc)) <= firstRow * SUBPIXEL) continue;
    // a is the highest, c the lowest.
    let swap: usize, swapY: i32;
    if (yb < ya) { swap = a; a = b; b = swap; swapY = ya; ya = yb; yb = swapY; }
    if (yc < ya) { swap = a; a = c; c = swap; swapY = ya; ya = yc; yc = swapY; }
    if (yc < yb) { swap = b; b = c; c = swap; swapY = yb; yb = yc; yc = swapY; }
    if (ya == yc) continue;
    const xa = <i32>nearest<f64>(<f64>load<f32>(a) * sub + subX);
    const xb = <i32>nearest<f64>(<f64>load<f32>(b) * sub + subX);
    const xc = <i32>nearest<f64>(<f64>load<f32>(c) * sub + subX);
    const area = <f64>(xb - xa) * <f64>(yc - ya) - <f64>(xc - xa) * <f64>(yb - ya);
    if (area == 0) continue;
    const ua = <f64>load<f32>(a, 8) * texelScaleX;
    const va = <f64>load<f32>(a, 12) * texelScaleY;
    const ub = <f64>load<f32>(b, 8) * texelScaleX;
    const vb = <f64>load<f32>(b, 12) * texelScaleY;
    const uc = <f64>load<f32>(c, 8) * texelScaleX;
    const vc = <f64>load<f32>(c, 12) * texelScaleY;
    // Texels per pixel along x and y.
    const inverse: f64 = <f64>SUBPIXEL / area;
    const dudx = ((ub - ua) * <f64>(yc - ya) - (uc - ua) * <f64>(yb - ya)) * inverse;
    const dudy = ((uc - ua) * <f64>(xb - xa) - (ub - ua) * <f64>(xc - xa)) * inverse;
    const dvdx = ((vb - va) * <f64>(yc - ya) - (vc - va) * <f64>(yb - ya)) * inverse;
    const dvdy = ((vc - va) * <f64>(xb - xa) - (vb - va) * <f64>(xc - xa)) * inverse;
    const du = fixed(dudx);
    const dv = fixed(dvdx);
    const uLow = min(ua, min(ub, uc));
    const uHigh = max(ua, max(ub, uc));
    const vLow = min(va, min(vb, vc));
    const vHigh = max(va, max(vb, vc));
    const longSlope = <f64>(xc - xa) / <f64>(yc - ya);
    const upperSlope = yb > ya ? <f64>(xb - xa) / <f64>(yb - ya) : 0;
    const lowerSlope = yc > yb ? <f64>(xc - xb) / <f64>(yc - yb) : 0;
    const longIsLeft = area > 0;
    const opaque = plain && kind == 1;

    // Luma rows: centres at 16 y + 8.
    uMin = clamp(fixed(uLow - 0.5), 0, ((atlasWidth - 1) << 16) - 1);
    uMax = clamp(fixed(uHigh - 0.5), 0, ((atlasWidth - 1) << 16) - 1);
    vMin = clamp(fixed(vLow - 0.5), 0, ((atlasHeight - 1) << 16) - 1);
    vMax = clamp(fixed(vHigh - 0.5), 0, ((atlasHeight - 1) << 16) - 1);
    let row = max(firstRow, (ya + HALF - 1) >> 4);
    let end = min(endRow, (yc + HALF - 1) >> 4);
    for (; row < end; row++) {
      const centre = row * SUBPIXEL + HALF;
      const long = <f64>(xa - HALF) + <f64>(centre - ya) * longSlope;
      const short = centre < yb ? <f64>(xa - HALF) + <f64>(centre - ya) * upperSlope : <f64>(xb - HALF) + <f64>(centre - yb) * lowerSlope;
      const start = <i32>ceil((longIsLeft ? long : short) * (1.0 / SUBPIXEL));
      const from = max(load<i32>(bands + ((row >> 4) << 3)), start);
      const to = min(load<i32>(bands + ((row >> 4) << 3), 4), <i32>ceil((longIsLeft ? short : long) * (1.0 / SUBPIXEL)));
      if (from >= to) continue;
      // Texels are counted from the span's own start, clipped or not, so that a partial redraw gives the same pixels.
      const dx = <f64>(start * SUBPIXEL + HALF - xa) * (1.0 / SUBPIXEL);
      const skipped = from - start;
      const dy = <f64>(centre - ya) * (1.0 / SUBPIXEL);
      const at = planeY + <usize>(row * width + from);
      const u = fixed(ua + dx * dudx + dy * dudy - 0.5) + skipped * du;
      const v = fixed(va + dx * dvdx + dy * dvdy - 0.5) + skipped * dv;
      lumaSpan(u, v, du, dv, to - from, at, opaque);
      if (opaque && maskTarget) memory.fill(maskTarget + (at - planeY), 255, to - from);
    }

    // Chroma rows: centres at 32 y + 16; texels of the half-size planes.
    uMin = clamp(fixed(uLow * 0.5 - 0.5), 0, (((atlasWidth >> 1) - 1) << 16) - 1);
    uMax = clamp(fixed(uHigh * 0.5 - 0.5), 0, (((atlasWidth >> 1) - 1) << 16) - 1);
    vMin = clamp(fixed(vLow * 0.5 - 0.5), 0, (((atlasHeight >> 1) - 1) << 16) - 1);
    vMax = clamp(fixed(vHigh * 0.5 - 0.5), 0, (((atlasHeight >> 1) - 1) << 16) - 1);
    row = max(firstRow >> 1, (ya + SUBPIXEL - 1) >> 5);
    end = min(endRow >> 1, (yc + SUBPIXEL - 1) >> 5);
    for (; row < end; row++) {
      const centre = row * SUBPIXEL * 2 + SUBPIXEL;
      const long = <f64>(xa - SUBPIXEL) + <f64>(centre - ya) * longSlope;
      const short = centre < yb ? <f64>(xa - SUBPIXEL) + <f64>(centre - ya) * upperSlope : <f64>(xb - SUBPIXEL) + <f64>(centre - yb) * lowerSlope;
      const start = <i32>ceil((longIsLeft ? long : short) * (0.5 / SUBPIXEL));
      const from = max(load<i32>(bands + ((row >> 3) << 3)) >> 1, start);
      const to = min(load<i32>(bands + ((row >> 3) << 3), 4) >> 1, <i32>ceil((longIsLeft ? short : long) * (0.5 / SUBPIXEL)));
      if (from >= to) continue;
      const dx = <f64>(start * SUBPIXEL * 2 + SUBPIXEL - xa) * (1.0 / SUBPIXEL);
      const skipped = from - start;
      const dy = <f64>(centre - ya) * (1.0 / SUBPIXEL);
      const at = planeU + <usize>(row * (width >> 1) + from);
      const u = fixed((ua + dx * dudx + dy * dudy) * 0.5 - 0.5) + skipped * du;
      const v = fixed((va + dx * dvdx + dy * dvdy) * 0.5 - 0.5) + skipped * dv;
      chromaSpan(u, v, du, dv, to - from, at, opaque);
      if (opaque && maskTarget) memory.fill(maskTarget + <usize>(width * height) + (at - planeU), 255, to - from);
    }
  }
}

/** Copies another I420 picture of the target's size into the target, within the clip. */
export function copyClipped(source: usize): void {
  for (let row = firstRow; row < endRow; row++) {
    const from = load<i32>(bands + ((row >> 4) << 3));
    const count = load<i32>(bands + ((row >> 4) << 3), 4) - from;
    if (count <= 0) continue;
    const at = <usize>(row * width + from);
    memory.copy(planeY + at, source + at, count);
    if (row & 1) continue;
    const chroma = <usize>((row >> 1) * (width >> 1) + (from >> 1));
    memory.copy(planeU + chroma, source + (planeU - planeY) + chroma, count >> 1);
    memory.copy(planeV + chroma, source + (planeV - planeY) + chroma, count >> 1);
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
