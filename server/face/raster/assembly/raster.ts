/**
 * Textured triangles straight into I420, in AssemblyScript with WASM SIMD. No allocation and no state but the target:
 * the TypeScript side (raster.ts) lays out the memory and passes addresses.
 *
 * Texels are two bytes. Luma plane: [Y*a, a] at the atlas's size; chroma plane: [U*a, V*a] at half of it, with a second
 * half-size plane [a, 0]. All are limited-range code values times alpha.
 *
 * Layers are drawn from the nearest to the farthest (the "under" operator of Porter and Duff, 1984): beside the picture
 * there is a plane of how much of each pixel is still to be seen, and a texel adds its share of that. What lies behind
 * something opaque is left out before its texels are looked up, and that is a third of a face.
 *
 * Vertices are snapped to 1/16 pixel. An edge's crossing with a row is computed from its upper to its lower end, so two
 * triangles that share the edge get the same crossing; a span holds the pixels whose centres are >= its left and < its
 * right crossing. Hence every pixel of a mesh is drawn once, without seams and without edges blended twice. Chroma
 * spans follow the same rule on the same snapped vertices, with centres two luma pixels apart.
 */

import { bilinear, gather, lanes, load4, over255, scaled, store4, unpack4 } from './lanes';
import { bands, endRow, firstRow, height, openness, planeU, planeV, planeY, width } from './target';

export { addBehind, clearClipped, clearMask, setTarget } from './target';

const SUBPIXEL: i32 = 16;
const HALF: i32 = 8;

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

// What is done with a triangle's texels. They are all opaque and unscaled, or not, or only their alpha is wanted.
const COPY: i32 = 0;
const BLEND: i32 = 1;
const MASK: i32 = 2;

export function heapBase(): usize {
  return __heap_base;
}

export function setAtlas(luma: usize, chroma: usize, alpha: usize, w: i32, h: i32): void {
  lumaTexels = luma;
  chromaTexels = chroma;
  alphaTexels = alpha;
  atlasWidth = w;
  atlasHeight = h;
}

/** 16.16; slivers have gradients beyond all bounds, which the clamping of texel coordinates makes harmless. */
// @ts-ignore: decorator
@inline function fixed(texels: f64): i32 {
  return <i32>min<f64>(max<f64>(texels, -1073741824), 1073741823);
}

/** A texel coordinate `right` and `down` sixteenths of a pixel away from corner a. */
// @ts-ignore: decorator
@inline function texelAt(corner: i32, perX: i32, perY: i32, right: i32, down: i32): i32 {
  return corner + <i32>((<i64>perX * <i64>right + <i64>perY * <i64>down) >> 4);
}

// @ts-ignore: decorator
@inline function clamp(value: i32, low: i32, high: i32): i32 {
  return min<i32>(max<i32>(value, low), high);
}

// The triangle in work: corners from the highest (a) to the lowest (c) in 1/16 pixel; edge slopes as 36.28 fixed point.
let xa: i32 = 0;
let ya: i32 = 0;
let xb: i32 = 0;
let yb: i32 = 0;
let yc: i32 = 0;
let longSlope: i64 = 0;
let upperSlope: i64 = 0;
let lowerSlope: i64 = 0;
let longIsLeft: bool = false;
/** 16.16 texel coordinates of corner a and of the triangle's box in the full-size plane; their change per pixel. */
let ua: i32 = 0;
let va: i32 = 0;
let dudx: i32 = 0;
let dudy: i32 = 0;
let dvdx: i32 = 0;
let dvdy: i32 = 0;
let uLow: i32 = 0;
let uHigh: i32 = 0;
let vLow: i32 = 0;
let vHigh: i32 = 0;

const HALF_TEXEL: i32 = 32768;

const SLOPE_BITS: i64 = 28;

/** The first pixel whose centre is at or right of `x`; both in 1/16 pixel, `x` with SLOPE_BITS more. */
// @ts-ignore: decorator
@inline function firstPixel(x: i64, pixelBits: i64): i32 {
  return <i32>((x + ((<i64>1 << (SLOPE_BITS + pixelBits)) - 1)) >> (SLOPE_BITS + pixelBits));
}

/** Lays alpha (0..255) times share (0..255) over a mask. */
// @ts-ignore: decorator
@inline function addToMask(mask: usize, alpha: v128, share: v128): void {
  const covered = over255(i16x8.mul(alpha, share));
  store4(mask, i32x4.add(covered, over255(i16x8.mul(load4(mask), i32x4.sub(i32x4.splat(255), covered)))));
}

/** The luma of the triangle in work. The argument is constant: inlined into three variants. */
// @ts-ignore: decorator
@inline function lumaRows(use: i32): void {
  // Rows have their centres at 16 y + 8. Texels are counted from a pixel near corner a, clipped or not, so that a
  // partial redraw gives the same pixels as a full one.
  const origin = xa >> 4;
  const topRow = (ya + HALF - 1) >> 4;
  const right = origin * SUBPIXEL + HALF - xa;
  const down = topRow * SUBPIXEL + HALF - ya;
  const du = dudx;
  const dv = dvdx;
  const uRow = dudy;
  const vRow = dvdy;
  const uAtOrigin = texelAt(ua, du, uRow, right, down) - HALF_TEXEL;
  const vAtOrigin = texelAt(va, dv, vRow, right, down) - HALF_TEXEL;
  const uMax = ((atlasWidth - 1) << 16) - 1;
  const vMax = ((atlasHeight - 1) << 16) - 1;
  const lowU = i32x4.splat(clamp(uLow - HALF_TEXEL, 0, uMax));
  const highU = i32x4.splat(clamp(uHigh - HALF_TEXEL, 0, uMax));
  const lowV = i32x4.splat(clamp(vLow - HALF_TEXEL, 0, vMax));
  const highV = i32x4.splat(clamp(vHigh - HALF_TEXEL, 0, vMax));
  const ramp = i32x4(0, 1, 2, 3);
  const uRamp = i32x4.mul(i32x4.splat(du), ramp);
  const vRamp = i32x4.mul(i32x4.splat(dv), ramp);
  const du4 = i32x4.splat(du << 2);
  const dv4 = i32x4.splat(dv << 2);
  // A texel's offset is its column times 2 plus its row times the bytes of one: a dot product of 16-bit pairs.
  const stride = i32x4.splat((atlasWidth << 17) | 2);
  const high = i32x4.splat(0xffff0000);
  const texels = lumaTexels;
  const nextRow = texels + <usize>(atlasWidth << 1);
  const even = i32x4.splat(0x00ff00ff);
  const fraction = i32x4.splat(127);
  const input = maskIn;
  const output = maskOut;
  const level = i32x4.splat(opacity);
  const fades = opacity != 256;
  const frame = planeY;
  const pitch = <usize>width;
  const open = openness;
  const clip = bands;
  for (let half = 0; half < 2; half++) {
    const from = half == 0 ? topRow : (yb + HALF - 1) >> 4;
    const end = min(endRow, (half == 0 ? yb + HALF - 1 : yc + HALF - 1) >> 4);
    let row = max(firstRow, from);
    if (row >= end) continue;
    const longStep = longSlope << 4;
    const shortStep = (half == 0 ? upperSlope : lowerSlope) << 4;
    const centre = row * SUBPIXEL + HALF;
    const long = (<i64>(xa - HALF) << SLOPE_BITS) + <i64>(centre - ya) * longSlope;
    const short = half == 0
      ? (<i64>(xa - HALF) << SLOPE_BITS) + <i64>(centre - ya) * upperSlope
      : (<i64>(xb - HALF) << SLOPE_BITS) + <i64>(centre - yb) * lowerSlope;
    let leftEdge = longIsLeft ? long : short;
    let rightEdge = longIsLeft ? short : long;
    const leftStep = longIsLeft ? longStep : shortStep;
    const rightStep = longIsLeft ? shortStep : longStep;
    let uLine = uAtOrigin - origin * du + (row - topRow) * uRow;
    let vLine = vAtOrigin - origin * dv + (row - topRow) * vRow;
    let line = frame + <usize>(row * width);
    for (; row < end; row++, leftEdge += leftStep, rightEdge += rightStep, uLine += uRow, vLine += vRow, line += pitch) {
      const x = max(load<i32>(clip + ((row >> 4) << 3)), firstPixel(leftEdge, 4));
      let count = min(load<i32>(clip + ((row >> 4) << 3), 4), firstPixel(rightEdge, 4)) - x;
      if (count <= 0) continue;
      let at = line + <usize>x;
      let u = i32x4.add(i32x4.splat(uLine + x * du), uRamp);
      let v = i32x4.add(i32x4.splat(vLine + x * dv), vRamp);
      for (; count > 0; count -= 4) {
        const wanted = lanes(count);
        let seen = use == MASK ? wanted : load<i32>(open + (at - frame)) & wanted;
        if (seen) {
          const cu = i32x4.min_s(i32x4.max_s(u, lowU), highU);
          const cv = i32x4.min_s(i32x4.max_s(v, lowV), highV);
          const offsets = i32x4.dot_i16x8_s(v128.or(i32x4.shr_u(cu, 16), v128.and(cv, high)), stride);
          const top = gather(texels, offsets);
          const bottom = gather(nextRow, offsets);
          const fv = v128.and(i32x4.shr_u(cv, 9), fraction);
          const fu = v128.and(i32x4.shr_u(cu, 9), fraction);
          const rows = v128.or(fv, i32x4.shl(fv, 16));
          const columns = v128.or(i32x4.sub(i32x4.splat(128), fu), i32x4.shl(fu, 16));
          const alpha = use == COPY ? i32x4.splat(255) : bilinear(i16x8.shr_u(top, 8), i16x8.shr_u(bottom, 8), rows, columns);
          if (use == COPY || v128.any_true(alpha)) {
            let share = unpack4(seen);
            if (use != COPY) {
              if (fades) share = scaled(share, level);
              if (input) share = over255(i16x8.mul(share, load4(input + (at - frame))));
            }
            if (use == MASK) {
              addToMask(output + (at - frame), alpha, share);
            } else {
              const luma = bilinear(v128.and(top, even), v128.and(bottom, even), rows, columns);
              const hole = open + (at - frame);
              if (use == COPY && seen == -1) {
                store4(at, luma);
                store<i32>(hole, 0);
              } else {
                store4(at, i32x4.add(load4(at), over255(i16x8.mul(luma, share))));
                if (use == COPY) store<i32>(hole, load<i32>(hole) & ~wanted);
                else store4(hole, i32x4.sub(load4(hole), over255(i16x8.mul(alpha, share))));
              }
            }
          }
        }
        u = i32x4.add(u, du4);
        v = i32x4.add(v, dv4);
        at += 4;
      }
    }
  }
}

/** The same for U and V: pixels are two luma pixels wide, texels come from the half-size planes. */
// @ts-ignore: decorator
@inline function chromaRows(use: i32): void {
  // Rows have their centres at 32 y + 16.
  const origin = xa >> 5;
  const topRow = (ya + SUBPIXEL - 1) >> 5;
  const right = origin * SUBPIXEL * 2 + SUBPIXEL - xa;
  const down = topRow * SUBPIXEL * 2 + SUBPIXEL - ya;
  // Half the texels on twice the pixel: the change per pixel is the luma's.
  const du = dudx;
  const dv = dvdx;
  const uRow = dudy;
  const vRow = dvdy;
  const uAtOrigin = (texelAt(ua, du, uRow, right, down) >> 1) - HALF_TEXEL;
  const vAtOrigin = (texelAt(va, dv, vRow, right, down) >> 1) - HALF_TEXEL;
  const uMax = (((atlasWidth >> 1) - 1) << 16) - 1;
  const vMax = (((atlasHeight >> 1) - 1) << 16) - 1;
  const lowU = i32x4.splat(clamp((uLow >> 1) - HALF_TEXEL, 0, uMax));
  const highU = i32x4.splat(clamp((uHigh >> 1) - HALF_TEXEL, 0, uMax));
  const lowV = i32x4.splat(clamp((vLow >> 1) - HALF_TEXEL, 0, vMax));
  const highV = i32x4.splat(clamp((vHigh >> 1) - HALF_TEXEL, 0, vMax));
  const ramp = i32x4(0, 1, 2, 3);
  const uRamp = i32x4.mul(i32x4.splat(du), ramp);
  const vRamp = i32x4.mul(i32x4.splat(dv), ramp);
  const du4 = i32x4.splat(du << 2);
  const dv4 = i32x4.splat(dv << 2);
  // The half-size planes have as many bytes per row as the atlas has texels.
  const stride = i32x4.splat((atlasWidth << 16) | 2);
  const high = i32x4.splat(0xffff0000);
  const texels = chromaTexels;
  const alphas = alphaTexels;
  const rowBytes = <usize>atlasWidth;
  const even = i32x4.splat(0x00ff00ff);
  const fraction = i32x4.splat(127);
  const input = maskIn + <usize>(width * height);
  const masked = maskIn != 0;
  const output = maskOut + <usize>(width * height);
  const level = i32x4.splat(opacity);
  const fades = opacity != 256;
  const frame = planeU;
  const toV = planeV - planeU;
  const open = openness + <usize>(width * height);
  const chromaWidth = width >> 1;
  const pitch = <usize>chromaWidth;
  const clip = bands;
  for (let half = 0; half < 2; half++) {
    const from = half == 0 ? topRow : (yb + SUBPIXEL - 1) >> 5;
    const end = min(endRow >> 1, (half == 0 ? yb + SUBPIXEL - 1 : yc + SUBPIXEL - 1) >> 5);
    let row = max(firstRow >> 1, from);
    if (row >= end) continue;
    const longStep = longSlope << 5;
    const shortStep = (half == 0 ? upperSlope : lowerSlope) << 5;
    const centre = row * SUBPIXEL * 2 + SUBPIXEL;
    const long = (<i64>(xa - SUBPIXEL) << SLOPE_BITS) + <i64>(centre - ya) * longSlope;
    const short = half == 0
      ? (<i64>(xa - SUBPIXEL) << SLOPE_BITS) + <i64>(centre - ya) * upperSlope
      : (<i64>(xb - SUBPIXEL) << SLOPE_BITS) + <i64>(centre - yb) * lowerSlope;
    let leftEdge = longIsLeft ? long : short;
    let rightEdge = longIsLeft ? short : long;
    const leftStep = longIsLeft ? longStep : shortStep;
    const rightStep = longIsLeft ? shortStep : longStep;
    let uLine = uAtOrigin - origin * du + (row - topRow) * uRow;
    let vLine = vAtOrigin - origin * dv + (row - topRow) * vRow;
    let line = frame + <usize>(row * chromaWidth);
    for (; row < end; row++, leftEdge += leftStep, rightEdge += rightStep, uLine += uRow, vLine += vRow, line += pitch) {
      const x = max(load<i32>(clip + ((row >> 3) << 3)) >> 1, firstPixel(leftEdge, 5));
      let count = min(load<i32>(clip + ((row >> 3) << 3), 4) >> 1, firstPixel(rightEdge, 5)) - x;
      if (count <= 0) continue;
      let at = line + <usize>x;
      let u = i32x4.add(i32x4.splat(uLine + x * du), uRamp);
      let v = i32x4.add(i32x4.splat(vLine + x * dv), vRamp);
      for (; count > 0; count -= 4) {
        const wanted = lanes(count);
        let seen = use == MASK ? wanted : load<i32>(open + (at - frame)) & wanted;
        if (seen) {
          const cu = i32x4.min_s(i32x4.max_s(u, lowU), highU);
          const cv = i32x4.min_s(i32x4.max_s(v, lowV), highV);
          const offsets = i32x4.dot_i16x8_s(v128.or(i32x4.shr_u(cu, 16), v128.and(cv, high)), stride);
          const fv = v128.and(i32x4.shr_u(cv, 9), fraction);
          const fu = v128.and(i32x4.shr_u(cu, 9), fraction);
          const rows = v128.or(fv, i32x4.shl(fv, 16));
          const columns = v128.or(i32x4.sub(i32x4.splat(128), fu), i32x4.shl(fu, 16));
          const alpha = use == COPY ? i32x4.splat(255) : bilinear(gather(alphas, offsets), gather(alphas + rowBytes, offsets), rows, columns);
          if (use == COPY || v128.any_true(alpha)) {
            let share = unpack4(seen);
            if (use != COPY) {
              if (fades) share = scaled(share, level);
              if (masked) share = over255(i16x8.mul(share, load4(input + (at - frame))));
            }
            if (use == MASK) {
              addToMask(output + (at - frame), alpha, share);
            } else {
              const top = gather(texels, offsets);
              const bottom = gather(texels + rowBytes, offsets);
              const blue = bilinear(v128.and(top, even), v128.and(bottom, even), rows, columns);
              const red = bilinear(i16x8.shr_u(top, 8), i16x8.shr_u(bottom, 8), rows, columns);
              const hole = open + (at - frame);
              if (use == COPY && seen == -1) {
                store4(at, blue);
                store4(at + toV, red);
                store<i32>(hole, 0);
              } else {
                store4(at, i32x4.add(load4(at), over255(i16x8.mul(blue, share))));
                store4(at + toV, i32x4.add(load4(at + toV), over255(i16x8.mul(red, share))));
                if (use == COPY) store<i32>(hole, load<i32>(hole) & ~wanted);
                else store4(hole, i32x4.sub(load4(hole), over255(i16x8.mul(alpha, share))));
              }
            }
          }
        }
        u = i32x4.add(u, du4);
        v = i32x4.add(v, dv4);
        at += 4;
      }
    }
  }
}

function copyLuma(): void {
  lumaRows(COPY);
}

function blendLuma(): void {
  lumaRows(BLEND);
}

function maskLuma(): void {
  lumaRows(MASK);
}

function copyChroma(): void {
  chromaRows(COPY);
}

function blendChroma(): void {
  chromaRows(BLEND);
}

function maskChroma(): void {
  chromaRows(MASK);
}

// @ts-ignore: decorator
@inline function slope(dx: i32, dy: i32): i64 {
  return dy > 0 ? <i64>((<f64>dx / <f64>dy) * <f64>(1 << 28)) : 0;
}

/**
 * Places a layer's vertices: f32 x, y (canvas), u, v (atlas texels at full size) become i32 x, y in 1/16 pixel and u, v in
 * 16.16 texels of the planes, as `value * factor + offset`, rounded. `count` vertices, 16 bytes each on both sides.
 */
export function placeVertices(from: usize, to: usize, count: i32, factorXY: f32, factorU: f32, factorV: f32, offsetX: f32, offsetY: f32): void {
  const factors = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(factorXY), 2, factorU), 3, factorV);
  const offsets = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(0), 0, offsetX), 1, offsetY);
  for (const end = from + (<usize>count << 4); from < end; from += 16, to += 16) {
    v128.store(to, i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.add(f32x4.mul(v128.load(from), factors), offsets))));
  }
}

/** Whether a box in 1/16 pixel touches no clip span. Most triangles of a talking face are outside: only its mouth moves. */
// @ts-ignore: decorator
@inline function isClipped(left: i32, right: i32, top: i32, bottom: i32): bool {
  const lastBand = (min(bottom, endRow * SUBPIXEL - 1)) >> 8;
  for (let band = max(top, firstRow * SUBPIXEL) >> 8; band <= lastBand; band++) {
    const span = bands + (<usize>band << 3);
    if (right >= load<i32>(span) << 4 && left <= load<i32>(span, 4) << 4 && load<i32>(span) < load<i32>(span, 4)) return false;
  }
  return true;
}

/**
 * Draws a layer's triangles behind what is there; with `maskTarget` it only lays their alpha into that mask. `vertices` were
 * placed by `placeVertices`. `kinds`, one byte per triangle: 0 invisible, 1 opaque, 2 blended.
 */
export function drawLayer(vertices: usize, indices: usize, kinds: usize, triangles: i32, layerOpacity: i32, maskSource: usize, maskTarget: usize): void {
  opacity = layerOpacity;
  maskIn = maskSource;
  maskOut = maskTarget;
  const plain = layerOpacity == 256 && maskSource == 0;
  const clipTop = firstRow * SUBPIXEL;
  const clipBottom = endRow * SUBPIXEL;
  // Where a mesh folds over itself, later triangles cover earlier ones.
  for (let t = triangles - 1; t >= 0; t--) {
    const kind = load<u8>(kinds + t);
    if (kind == 0) continue;
    const corners = indices + <usize>(t * 6);
    let a = vertices + ((<usize>load<u16>(corners)) << 4);
    let b = vertices + ((<usize>load<u16>(corners, 2)) << 4);
    let c = vertices + ((<usize>load<u16>(corners, 4)) << 4);
    let y0 = load<i32>(a, 4);
    let y1 = load<i32>(b, 4);
    let y2 = load<i32>(c, 4);
    let swap: usize, swapY: i32;
    if (y1 < y0) { swap = a; a = b; b = swap; swapY = y0; y0 = y1; y1 = swapY; }
    if (y2 < y0) { swap = a; a = c; c = swap; swapY = y0; y0 = y2; y2 = swapY; }
    if (y2 < y1) { swap = b; b = c; c = swap; swapY = y1; y1 = y2; y2 = swapY; }
    if (y0 >= clipBottom || y2 <= clipTop) continue;
    const x0 = load<i32>(a);
    const x1 = load<i32>(b);
    const x2 = load<i32>(c);
    if (isClipped(min(x0, min(x1, x2)), max(x0, max(x1, x2)), y0, y2)) continue;
    const hasLuma = (y0 + HALF - 1) >> 4 < (y2 + HALF - 1) >> 4;
    const hasChroma = (y0 + SUBPIXEL - 1) >> 5 < (y2 + SUBPIXEL - 1) >> 5;
    if (!hasLuma && !hasChroma) continue;
    const area = <f64>(x1 - x0) * <f64>(y2 - y0) - <f64>(x2 - x0) * <f64>(y1 - y0);
    if (area == 0) continue;
    xa = x0;
    ya = y0;
    xb = x1;
    yb = y1;
    yc = y2;
    longSlope = slope(x2 - x0, y2 - y0);
    upperSlope = slope(x1 - x0, y1 - y0);
    lowerSlope = slope(x2 - x1, y2 - y1);
    longIsLeft = area > 0;
    const u0 = load<i32>(a, 8);
    const v0 = load<i32>(a, 12);
    const u1 = load<i32>(b, 8);
    const v1 = load<i32>(b, 12);
    const u2 = load<i32>(c, 8);
    const v2 = load<i32>(c, 12);
    ua = u0;
    va = v0;
    const inverse: f64 = <f64>SUBPIXEL / area;
    dudx = fixed((<f64>(u1 - u0) * <f64>(y2 - y0) - <f64>(u2 - u0) * <f64>(y1 - y0)) * inverse);
    dudy = fixed((<f64>(u2 - u0) * <f64>(x1 - x0) - <f64>(u1 - u0) * <f64>(x2 - x0)) * inverse);
    dvdx = fixed((<f64>(v1 - v0) * <f64>(y2 - y0) - <f64>(v2 - v0) * <f64>(y1 - y0)) * inverse);
    dvdy = fixed((<f64>(v2 - v0) * <f64>(x1 - x0) - <f64>(v1 - v0) * <f64>(x2 - x0)) * inverse);
    uLow = min(u0, min(u1, u2));
    uHigh = max(u0, max(u1, u2));
    vLow = min(v0, min(v1, v2));
    vHigh = max(v0, max(v1, v2));
    if (maskTarget != 0) {
      if (hasLuma) maskLuma();
      if (hasChroma) maskChroma();
    } else if (plain && kind == 1) {
      if (hasLuma) copyLuma();
      if (hasChroma) copyChroma();
    } else {
      if (hasLuma) blendLuma();
      if (hasChroma) blendChroma();
    }
  }
}
