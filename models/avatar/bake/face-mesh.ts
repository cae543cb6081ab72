import type { ArkitName, ParameterName } from '../../../server/face/parameters.ts';
import { CENTRE_X, projectX, projectY, PX_PER_CM, rigDepth, unprojectX, unprojectY } from '../camera.ts';
import type { Scene } from '../geometry/scene.ts';
import { bump, mix, smax, smoothstep } from '../math.ts';
import type { Pose } from '../motion.ts';
import { marchRay } from '../render/march.ts';
import type { Region } from '../render/job.ts';
import { paintRegion } from './eye-layers.ts';
import type { Delta, LayerDraft, Vertex } from './layer.ts';
import type { Picture } from '../render/develop.ts';

/** A vertex of the skin: its point on the neutral head and which lip it belongs to. */
interface SkinVertex extends Vertex {
  wx: number;
  wy: number;
  wz: number;
  side: 1 | -1;
  opening: boolean;
}

export const FACE_MORPHS: readonly ArkitName[] = [
  'browDownLeft',
  'browDownRight',
  'browInnerUp',
  'browOuterUpLeft',
  'browOuterUpRight',
  'cheekPuff',
  'cheekSquintLeft',
  'cheekSquintRight',
  'eyeBlinkLeft',
  'eyeBlinkRight',
  'eyeLookDownLeft',
  'eyeLookDownRight',
  'eyeLookUpLeft',
  'eyeLookUpRight',
  'eyeSquintLeft',
  'eyeSquintRight',
  'eyeWideLeft',
  'eyeWideRight',
  'jawForward',
  'jawLeft',
  'jawOpen',
  'jawRight',
  'mouthClose',
  'mouthDimpleLeft',
  'mouthDimpleRight',
  'mouthFrownLeft',
  'mouthFrownRight',
  'mouthFunnel',
  'mouthLeft',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthPressLeft',
  'mouthPressRight',
  'mouthPucker',
  'mouthRight',
  'mouthRollLower',
  'mouthRollUpper',
  'mouthShrugLower',
  'mouthShrugUpper',
  'mouthSmileLeft',
  'mouthSmileRight',
  'mouthStretchLeft',
  'mouthStretchRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'noseSneerLeft',
  'noseSneerRight',
];

/** Skin that turns away beyond this z is drawn as if it stood here: its outline would tear when the head turns. */
const OUTLINE_Z = -4.2;

/** Lines from `from` to `to` whose spacing follows `step`. */
function lines(from: number, to: number, step: (at: number) => number): number[] {
  const out = [from];
  let at = from;
  while (at < to) {
    at += step(at);
    out.push(Math.min(at, to));
  }
  return out;
}

/**
 * The skin of head and face as one tensor grid: dense where lids and lips move, with a row along the seam of the lips
 * that is doubled between the corners (the slit).
 */
export class FaceMesh {
  readonly #scene: Scene;
  readonly vertices: SkinVertex[] = [];
  readonly triangles: number[] = [];
  /** Pairs (upper, lower) of vertices that lie on each other while the lips are closed. */
  readonly slit: (readonly [number, number])[] = [];

  constructor(scene: Scene, region: Region) {
    this.#scene = scene;
    const c = scene.head.curves;
    const seamZ = 0.75;
    const cornerPx = (c.mouthHalfWidth * PX_PER_CM * 120) / (120 - 0.1);
    const eyeInner = (c.eyeX - c.eyeHalfWidth * 1.15) * PX_PER_CM;
    const eyeOuter = (c.eyeX + c.eyeHalfWidth * 1.15) * PX_PER_CM;
    const halfColumns: number[] = [];
    for (let i = 0; i <= 13; i++) halfColumns.push((cornerPx * i) / 13);
    const half = Math.max(region.x + region.width - CENTRE_X, CENTRE_X - region.x);
    for (const x of lines(cornerPx, half, (x) => (x > eyeInner && x < eyeOuter + 6 ? 7 : 17)).slice(1)) halfColumns.push(x);
    const columns = [
      ...halfColumns
        .slice(1)
        .map((x) => CENTRE_X - x)
        .reverse(),
      ...halfColumns.map((x) => CENTRE_X + x),
    ];
    const seamMiddle = projectY(c.seam(0), seamZ);
    const eyeTop = projectY(c.upperLid(0) + 0.75, 0);
    const eyeBottom = projectY(c.lowerLid(0) - 0.5, 0);
    const rowStep = (y: number): number => {
      if (y > eyeTop && y < eyeBottom) return 4.5;
      const d = Math.abs(y - seamMiddle);
      return d < 34 ? 3.6 : d < 70 ? 6 : 14;
    };
    const rows = [
      ...lines(0, seamMiddle - region.y, (d) => rowStep(seamMiddle - d))
        .map((d) => seamMiddle - d)
        .reverse(),
    ];
    const slitRow = rows.length - 1;
    rows.push(...lines(seamMiddle, region.y + region.height, rowStep).slice(1));
    const at: number[][] = [];
    const lowerOfSlit: number[] = [];
    rows.forEach((row, r) => {
      const line: number[] = [];
      columns.forEach((x) => {
        const seam = this.#seamPx(x);
        const y = row + (seam - seamMiddle) * bump((row - seamMiddle) / 80);
        line.push(this.#add(x, y, r <= slitRow ? 1 : -1));
      });
      at.push(line);
    });
    const inMouth = (x: number): boolean => Math.abs(x - CENTRE_X) < cornerPx - 0.01;
    columns.forEach((x, k) => {
      const upper = at[slitRow]?.[k] ?? 0;
      const v = this.vertices[upper];
      lowerOfSlit.push(inMouth(x) && v ? this.#add(x, v.y, -1) : upper);
      if (inMouth(x)) this.slit.push([upper, lowerOfSlit[k] ?? 0]);
    });
    for (let r = 0; r + 1 < rows.length; r++) {
      for (let k = 0; k + 1 < columns.length; k++) {
        const top = r === slitRow ? lowerOfSlit : (at[r] ?? []);
        const bottom = at[r + 1] ?? [];
        const a = top[k] ?? 0;
        const b = top[k + 1] ?? 0;
        const d = bottom[k] ?? 0;
        const e = bottom[k + 1] ?? 0;
        this.triangles.push(a, b, d, b, e, d);
      }
    }
    this.#fillMissingDepth();
    this.#smoothOutlineDepth();
  }

  #seamPx(x: number): number {
    const c = this.#scene.head.curves;
    let z = 0.7;
    for (let i = 0; i < 3; i++) {
      const wx = unprojectX(x, z);
      z = Math.max(-3, 0.85 - 0.14 * wx * wx);
    }
    return projectY(c.seam(unprojectX(x, z)), z);
  }

  #add(x: number, y: number, side: 1 | -1): number {
    const c = this.#scene.head.curves;
    let z = marchRay(this.#scene, 'head', x, y, 5);
    const eyeX = Math.abs(unprojectX(x, 0));
    const eyeY = unprojectY(y, 0);
    const u = c.eyeU(eyeX);
    const opening = Math.abs(u) < 1 && eyeY < c.upperLid(u) - 0.02 && eyeY > c.lowerLid(u) + 0.02;
    if (Math.abs(u) < 1 && eyeY < c.upperLid(u) + 0.03 && eyeY > c.lowerLid(u) - 0.03) {
      const dx = eyeX - c.eyeX;
      z = c.eyeZ + Math.sqrt(Math.max(0.1, (c.eyeRadius + 0.14) ** 2 - dx * dx - eyeY * eyeY));
    }
    const wx = unprojectX(x, z);
    const wy = unprojectY(y, z);
    this.vertices.push({ x, y, tx: x, ty: y, depth: rigDepth(z), follow: 1, wx, wy, wz: z, side, opening });
    return this.vertices.length - 1;
  }

  /** Vertices beside the silhouette move as their nearest neighbour on the skin does. */
  #fillMissingDepth(): void {
    const hits = this.vertices.filter((v) => v.wz > -900);
    for (const v of this.vertices) {
      if (v.wz < -900) {
        let best = hits[0];
        let nearest = Number.POSITIVE_INFINITY;
        for (const other of hits) {
          const d = (other.x - v.x) ** 2 + (other.y - v.y) ** 2;
          if (d < nearest) {
            nearest = d;
            best = other;
          }
        }
        v.wz = best?.wz ?? OUTLINE_Z;
      }
      v.wz = smax(v.wz, OUTLINE_Z, 2.5);
      v.wx = unprojectX(v.x, v.wz);
      v.wy = unprojectY(v.y, v.wz);
      v.depth = rigDepth(v.wz);
    }
  }

  /** Evens out depth where the skin turns away, for the outline would show every step of it when the head turns. */
  #smoothOutlineDepth(): void {
    const neighbours = this.vertices.map(() => new Set<number>());
    for (let t = 0; t < this.triangles.length; t += 3) {
      const corners = this.triangles.slice(t, t + 3);
      for (const i of corners) for (const k of corners) if (i !== k) neighbours[i]?.add(k);
    }
    for (let round = 0; round < 14; round++) {
      const before = this.vertices.map((v) => v.depth);
      this.vertices.forEach((v, i) => {
        if (Math.abs(v.wx) < 4.3 && v.wy > -8.6) return;
        const around = [...(neighbours[i] ?? [])];
        v.depth = around.reduce((sum, k) => sum + (before[k] ?? 0), before[i] ?? 0) / (around.length + 1);
      });
    }
  }

  /** Displacement of every vertex under a pose, canvas px and depth px. */
  deltas(pose: Pose): Delta[] {
    const d = new Float64Array(3);
    return this.vertices.map((v) => {
      this.#scene.motion.displace(pose, v.wx, v.wy, v.wz, v.side, true, d);
      const x = v.wx + (d[0] ?? 0);
      const y = v.wy + (d[1] ?? 0);
      const z = v.wz + (d[2] ?? 0);
      return [projectX(x, z) - projectX(v.wx, v.wz), projectY(y, z) - projectY(v.wy, v.wz), (d[2] ?? 0) * PX_PER_CM];
    });
  }

  morphs(): Partial<Record<ParameterName, readonly Delta[]>> {
    const out: Partial<Record<ParameterName, readonly Delta[]>> = {};
    for (const name of FACE_MORPHS) out[name] = this.deltas({ [name]: 1 });
    const up = this.deltas({ eyeLookUpLeft: 1, eyeLookUpRight: 1 });
    const down = this.deltas({ eyeLookDownLeft: 1, eyeLookDownRight: 1 });
    out.gazeY = up.map((d, i) => {
      const e = down[i] ?? d;
      return [(d[0] - e[0]) / 2, (d[1] - e[1]) / 2, (d[2] - e[2]) / 2];
    });
    return out;
  }

  /**
   * The inner edge of one lip: a soft strip along the slit that hides its hard edge and shows the lip's wet inside as the
   * mouth opens. Nothing of it is seen while the lips are closed.
   */
  lipRim(side: 1 | -1, lipColour: readonly [number, number, number]): LayerDraft {
    const edge = this.slit
      .map(([upper, lower]) => (side > 0 ? upper : lower))
      .sort((a, b) => (this.vertices[a]?.x ?? 0) - (this.vertices[b]?.x ?? 0));
    const first = this.vertices[edge[0] ?? 0];
    const last = this.vertices[edge.at(-1) ?? 0];
    const x0 = first?.x ?? 0;
    const x1 = last?.x ?? 0;
    const region: Region = { x: x0, y: 0, width: x1 - x0, height: 24 };
    const [r, g, b] = lipColour;
    const picture = paintRegion(region, 1, (px, py, out) => {
      const across = Math.abs((px - x0) / (x1 - x0) - 0.5) * 2;
      const inward = (py - 7) / 17;
      const shade = inward < 0 ? 0.62 : mix(0.62, side > 0 ? 0.2 : 0.34, smoothstep(0, 1, inward));
      const gloss = side < 0 ? 0.05 * bump((inward - 0.15) / 0.16) * bump((across - 0.2) / 0.5) : 0;
      out[0] = r * shade + gloss;
      out[1] = g * shade * 0.85 + gloss;
      out[2] = b * shade * 0.85 + gloss;
      out[3] = smoothstep(0, 6, py) * smoothstep(24, 12, py) * smoothstep(1, 0.8, across);
    });
    const rows = [
      { offset: -2.6, ty: 0 },
      { offset: 0, ty: 8 },
      { offset: 1.2, ty: 23.5 },
    ];
    const vertices: Vertex[] = [];
    const triangles: number[] = [];
    rows.forEach((row, j) => {
      edge.forEach((index, i) => {
        const v = this.vertices[index];
        if (!v) return;
        vertices.push({ x: v.x, y: v.y + side * row.offset, tx: v.x, ty: row.ty, depth: v.depth - 2 * j, follow: 1 });
        if (j === 2 || i === edge.length - 1) return;
        const k = j * edge.length + i;
        triangles.push(k, k + 1, k + edge.length, k + 1, k + edge.length + 1, k + edge.length);
      });
    });
    const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {};
    for (const name of FACE_MORPHS) {
      const all = this.deltas({ [name]: 1 });
      const unroll = name === 'jawOpen' ? 9 : name === 'mouthFunnel' ? 3 : 0;
      morphs[name] = rows.flatMap((_, j) =>
        edge.map((index, i): Delta => {
          const d = all[index] ?? [0, 0, 0];
          const across = Math.abs(i / (edge.length - 1) - 0.5) * 2;
          return [d[0], d[1] + (j === 2 ? side * unroll * (1 - across * across) : 0), d[2]];
        }),
      );
    }
    const gains = {
      jawOpen: 9,
      mouthUpperUpLeft: 2,
      mouthUpperUpRight: 2,
      mouthLowerDownLeft: 2,
      mouthLowerDownRight: 2,
      mouthFunnel: 2,
      mouthClose: -9,
    };
    return { id: side > 0 ? 'lipRimUpper' : 'lipRimLower', picture, region, vertices, triangles, morphs, opacity: { base: 0, gains } };
  }

  /** The whole skin with a neutral picture. */
  layer(id: string, picture: Picture, region: Region): LayerDraft {
    return { id, picture, region, vertices: this.vertices, triangles: this.triangles, morphs: this.morphs() };
  }

  /**
   * The part of the skin inside `region` with a picture taken in `pose`: the same vertices with texels looked up where
   * the pose brings them, so that fading it in changes the light on the skin and nothing else.
   */
  patch(id: string, picture: Picture, region: Region, pose: Pose, opacity: NonNullable<LayerDraft['opacity']>): LayerDraft {
    const moved = this.deltas(pose);
    const vertices = this.vertices.map((v, i): Vertex => {
      const d = moved[i] ?? [0, 0, 0];
      return { x: v.x, y: v.y, tx: v.x + d[0], ty: v.y + d[1], depth: v.depth, follow: v.follow };
    });
    const inside = (i: number): boolean => {
      const v = vertices[i];
      return !!v && v.tx > region.x && v.tx < region.x + region.width && v.ty > region.y && v.ty < region.y + region.height;
    };
    const triangles: number[] = [];
    for (let t = 0; t < this.triangles.length; t += 3) {
      const corners = this.triangles.slice(t, t + 3);
      if (corners.every(inside) && !corners.some((i) => this.vertices[i]?.opening)) triangles.push(...corners);
    }
    return { id, picture, region, vertices, triangles, morphs: this.morphs(), opacity };
  }
}
