import type { Frame } from '../frame.ts';
import { curveAt, curveThrough } from '../numeric/curve.ts';
import { clamp, mean, smoothstep } from '../numeric/mathematics.ts';
import type { FaceMesh } from './face-mesh.ts';

/** Where each point of the picture lies in depth (px towards the camera), and how much of the head's pose it follows. */
export interface HeadShape {
  readonly depthAt: (x: number, y: number) => number;
  readonly followAt: (x: number, y: number) => number;
  /** 0 in the middle of the head, 1 on its outline. */
  readonly distanceAt: (x: number, y: number) => number;
  /** What the head turns about. */
  readonly pivot: { readonly x: number; readonly y: number };
}

/** A cosine dome with the relief of nose, brows, sockets, lips and chin. */
export function headShape(frame: Frame): HeadShape {
  const { landmarks: L, unit: U } = frame;
  const centre = (L[0]!.x + L[16]!.x) / 2;
  const halfWidth = ((L[16]!.x - L[0]!.x) / 2) * 1.12;
  const chin = L[8]!.y;
  const eyeY = mean(L.slice(36, 48).map((p) => p.y));
  const top = eyeY - 1.5 * U;
  const middle = (chin + top) / 2;
  const halfHeight = ((chin - top) / 2) * 1.08;
  const aside = (L[30]!.x - centre) * 0.5;
  const ridge = curveThrough([27, 28, 29, 30].map((i) => ({ x: L[i]!.y, y: L[i]!.x })));
  const eyes = [mean(L.slice(36, 42).map((p) => p.x)), mean(L.slice(42, 48).map((p) => p.x))];

  const distanceAt = (x: number, y: number): number =>
    Math.hypot((x - centre - aside) / halfWidth, (y - middle) / (y > middle ? halfHeight * 1.08 : halfHeight));

  const depthAt = (x: number, y: number): number => {
    const cosine = Math.cos((Math.PI / 2) * Math.min(distanceAt(x, y), 1.28));
    let z = 0.92 * U * Math.sign(cosine) * Math.abs(cosine) ** 0.85;
    const bump = (px: number, py: number, sx: number, sy: number) => Math.exp(-(((x - px) / (sx * U)) ** 2) - ((y - py) / (sy * U)) ** 2);
    const along = clamp((y - L[27]!.y) / Math.max(1, L[30]!.y - L[27]!.y), 0, 1);
    const ends = (1 - smoothstep(0, 0.22 * U, y - L[30]!.y)) * (1 - smoothstep(0, 0.2 * U, L[27]!.y - y));
    z += U * (0.06 + 0.2 * along ** 1.5) * Math.exp(-(((x - curveAt(ridge, y)) / (U * (0.1 + 0.09 * along))) ** 2)) * ends;
    for (const ex of eyes) z -= 0.06 * U * bump(ex, eyeY, 0.26, 0.15);
    for (const i of [19, 24]) z += 0.03 * U * bump(L[i]!.x, L[i]!.y, 0.3, 0.1);
    z += 0.05 * U * bump(L[51]!.x, L[62]!.y, 0.35, 0.16) + 0.05 * U * bump(L[8]!.x, chin - 0.12 * U, 0.25, 0.12);
    z = Math.max(z, -0.25 * U);
    const neck = smoothstep(chin - 0.02 * U, chin + 0.25 * U, y);
    return z * (1 - neck) + neck * 0.18 * U * Math.cos(clamp((x - centre) / halfWidth, -1.5, 1.5) * 0.9);
  };

  const followAt = (x: number, y: number): number => {
    const down = smoothstep(0, 1, (y - (chin - 0.02 * U)) / (0.62 * U));
    const beside = smoothstep(0, 1, (Math.abs(x - centre) - halfWidth) / (0.8 * U));
    return 1 - Math.max(down, smoothstep(-0.5 * U, 0.5 * U, y - chin) * beside);
  };

  return { depthAt, followAt, distanceAt, pivot: { x: centre, y: chin - 0.1 * U } };
}

export function meshDepth(mesh: FaceMesh, shape: HeadShape): { depth: Float64Array; follow: Float64Array } {
  const depth = new Float64Array(mesh.count);
  const follow = new Float64Array(mesh.count);
  for (let i = 0; i < mesh.count; i++) {
    depth[i] = shape.depthAt(mesh.x[i]!, mesh.y[i]!);
    follow[i] = shape.followAt(mesh.x[i]!, mesh.y[i]!);
  }
  return { depth, follow };
}

/**
 * How much of the head's pose what lies beside it follows, by `distanceAt`. One sheet bends along and comes to rest further
 * out. Of a head that was cut out, hair and scarf trail a little; what the cut took for them by mistake lies still further
 * out and hardly moves, so that it is not dragged across the background.
 */
export const followBeside = (distance: number, isCutOut: boolean): number =>
  isCutOut ? 1 - 0.85 * smoothstep(1.3, 2.1, distance) : 1 - smoothstep(1.25, 2.6, distance);
