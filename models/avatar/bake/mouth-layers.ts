import type { ParameterName } from '../../../server/face/parameters.ts';
import { CENTRE_X, projectX, projectY, PX_PER_CM, rigDepth, unprojectX, unprojectY } from '../camera.ts';
import type { Scene } from '../geometry/scene.ts';
import { bump, fractal, mix, saturate, smoothstep } from '../math.ts';
import type { Region } from '../render/job.ts';
import { paintRegion } from './eye-layers.ts';
import { type Delta, gridMesh, type LayerDraft, type Vertex } from './layer.ts';

/** Canvas px that the lower lip drops at jawOpen = 1. */
function jawDrop(scene: Scene): Delta {
  const c = scene.head.curves;
  const d = new Float64Array(3);
  const z = 0.8;
  scene.motion.displace({ jawOpen: 1 }, 0, c.seam(0) - 0.3, z, -1, false, d);
  const x = projectX(0, z);
  const y = projectY(c.seam(0), z);
  return [projectX(d[0] ?? 0, z + (d[2] ?? 0)) - x, projectY(c.seam(0) + (d[1] ?? 0), z + (d[2] ?? 0)) - y, (d[2] ?? 0) * PX_PER_CM];
}

const rigid = (vertices: readonly Vertex[], d: Delta, share: number): Delta[] =>
  vertices.map(() => [d[0] * share, d[1] * share, d[2] * share]);

/** Widths (cm) of teeth from the middle outwards. */
const UPPER_TEETH = [0.84, 0.68, 0.76, 0.68, 0.66, 0.8];
const LOWER_TEETH = [0.52, 0.56, 0.64, 0.64, 0.62];

/** Cavity, lower teeth, upper teeth, tongue: what opens behind the lips. The tongue comes last, for its tip shows under the teeth. */
export function mouthLayers(scene: Scene): LayerDraft[] {
  const c = scene.head.curves;
  const drop = jawDrop(scene);
  const seamY = c.seam(0);
  const box = (top: number, bottom: number, half: number, z: number): Region => {
    const y0 = projectY(seamY + top, z);
    return { x: CENTRE_X - half * PX_PER_CM, y: y0, width: half * 2 * PX_PER_CM, height: projectY(seamY - bottom, z) - y0 };
  };
  return [
    cavity(box(0.75, 2.7, 2.4, -1), drop),
    lowerTeeth(seamY, box(0.1, 1.3, 2.2, 0.1), drop),
    upperTeeth(seamY, box(1.0, 0.45, 2.72, 0.4)),
    tongue(seamY, box(0.2, 1.5, 1.75, 0), drop),
    depths(box(0.9, 2.2, 2.4, 0.4), drop),
  ];
}

/** Shadow over everything inside: pushed-out lips keep the light from the teeth. */
function depths(region: Region, drop: Delta): LayerDraft {
  const picture = paintRegion(region, 0.5, (_, __, out) => {
    out[0] = 0.02;
    out[1] = 0.006;
    out[2] = 0.006;
    out[3] = 1;
  });
  const mesh = gridMesh(region, 2, 2, () => ({ depth: rigDepth(0.5), follow: 1 }));
  const low = mesh.vertices.map((v): Delta => [0, v.y > region.y + region.height * 0.4 ? drop[1] * 0.5 : 0, 0]);
  return {
    id: 'mouthShade',
    picture,
    region,
    ...mesh,
    morphs: { jawOpen: low },
    opacity: { base: 0, gains: { mouthFunnel: 0.95, mouthPucker: 0.9 } },
  };
}

function cavity(region: Region, drop: Delta): LayerDraft {
  const picture = paintRegion(region, 1, (px, py, out) => {
    const x = (px - CENTRE_X) / (region.width / 2);
    const y = (py - region.y) / region.height;
    const deep = bump(Math.hypot(x / 0.75, (y - 0.42) / 0.5));
    const wet = 0.5 + 0.7 * fractal(x * 5, y * 5, 2);
    const low = smoothstep(0.35, 0.95, y);
    out[0] = mix(0.085, 0.026, deep) * wet * (1 + 0.9 * low);
    out[1] = mix(0.02, 0.007, deep) * wet * (1 + 0.7 * low);
    out[2] = mix(0.02, 0.007, deep) * wet * (1 + 0.7 * low);
    out[3] = smoothstep(1, 0.9, Math.abs(x) ** 3 + Math.abs(y * 2 - 1) ** 4);
  });
  const mesh = gridMesh(region, 4, 6, () => ({ depth: rigDepth(-0.9), follow: 1 }));
  const morph = mesh.vertices.map((v): Delta => [0, drop[1] * 0.5 * smoothstep(region.y + 30, region.y + region.height, v.y), 0]);
  return { id: 'mouthCavity', picture, region, ...mesh, morphs: { jawOpen: morph } };
}

/** Distance along the arch (cm) of a frontal x: teeth narrow towards the sides. */
const archLength = (x: number, radius: number): number => Math.asin(Math.max(-1, Math.min(1, x / radius))) * radius;

/** Which tooth a place on the arch belongs to: its number, and -1..1 across it. */
function toothAt(s: number, widths: readonly number[]): { tooth: number; across: number } {
  let left = Math.abs(s);
  for (let i = 0; i < widths.length; i++) {
    const w = widths[i] ?? 1;
    if (left < w) return { tooth: i, across: (left / w) * 2 - 1 };
    left -= w;
  }
  return { tooth: -1, across: 0 };
}

function upperTeeth(seamY: number, region: Region): LayerDraft {
  const picture = paintRegion(region, 2, (px, py, out) => {
    const x = unprojectX(px, 0.4);
    const y = unprojectY(py, 0.4) - seamY;
    const s = archLength(x, 2.75);
    const { tooth, across } = toothAt(s, UPPER_TEETH);
    if (tooth < 0) return;
    const length = [0.02, -0.04, 0, -0.05, -0.09, -0.11][tooth] ?? 0;
    const round = tooth === 2 ? 0.13 * across * across + 0.02 : 0.055 * Math.abs(across) ** 3;
    const edge = -0.24 - length + round + 0.03 * x * x * 0.4;
    const gumLine = 0.66 - (tooth === 1 ? 0.06 : 0) + 0.16 * across * across;
    const inside = smoothstep(edge - 0.02, edge + 0.02, y);
    const gap = smoothstep(0.99, 0.86, Math.abs(across));
    const side = 1 - 0.7 * smoothstep(0.9, 2.6, Math.abs(x));
    const bulge = 0.86 + 0.14 * (1 - across * across) - 0.1 * across * Math.sign(s);
    const gloss = 0.2 * bump((across + 0.25) / 0.3) * bump((y - 0.12) / 0.16);
    const translucent = smoothstep(edge + 0.1, edge, y);
    const light = side * bulge * mix(0.7, 1, gap) * smoothstep(0.8, -0.1, y) * 0.76;
    out[0] = 0.84 * light * (1 - 0.1 * translucent) + gloss * side;
    out[1] = 0.765 * light * (1 - 0.07 * translucent) + gloss * side;
    out[2] = 0.64 * light + gloss * side;
    const gum = smoothstep(gumLine - 0.02, gumLine + 0.03, y);
    out[0] = mix(out[0] ?? 0, 0.3 * side, gum);
    out[1] = mix(out[1] ?? 0, 0.1 * side, gum);
    out[2] = mix(out[2] ?? 0, 0.095 * side, gum);
    out[3] = inside;
  });
  const mesh = gridMesh(region, 12, 3, (px) => {
    const x = unprojectX(px, 0.4);
    return { depth: rigDepth(0.62 - 0.2 * x * x), follow: 1 };
  });
  return { id: 'teethUpper', picture, region, ...mesh, morphs: {} };
}

function lowerTeeth(seamY: number, region: Region, drop: Delta): LayerDraft {
  const picture = paintRegion(region, 2, (px, py, out) => {
    const x = unprojectX(px, 0.1);
    const y = unprojectY(py, 0.1) - seamY;
    const { tooth, across } = toothAt(archLength(x, 2.1), LOWER_TEETH);
    if (tooth < 0) return;
    const edge = -0.16 - (tooth === 2 ? -0.03 : 0.02) - 0.04 * across ** 4 - 0.03 * x * x;
    const inside = smoothstep(edge + 0.02, edge - 0.02, y);
    const gap = smoothstep(0.99, 0.84, Math.abs(across));
    const side = 1 - 0.75 * smoothstep(0.5, 1.9, Math.abs(x));
    const light = side * mix(0.6, 1, gap) * (0.9 + 0.1 * (1 - across * across)) * 0.4;
    const gum = smoothstep(-0.78, -0.9, y - 0.12 * across * across);
    out[0] = mix(0.8 * light, 0.2 * side, gum);
    out[1] = mix(0.74 * light, 0.06 * side, gum);
    out[2] = mix(0.64 * light, 0.055 * side, gum);
    out[3] = inside;
  });
  const mesh = gridMesh(region, 10, 3, (px) => {
    const x = unprojectX(px, 0.1);
    return { depth: rigDepth(0.25 - 0.22 * x * x), follow: 1 };
  });
  return { id: 'teethLower', picture, region, ...mesh, morphs: jawMorphs(mesh.vertices, drop, 0.93) };
}

function jawMorphs(vertices: readonly Vertex[], drop: Delta, share: number): Partial<Record<ParameterName, readonly Delta[]>> {
  return {
    jawOpen: rigid(vertices, drop, share),
    jawLeft: rigid(vertices, [0.62 * PX_PER_CM, 0, 0], 1),
    jawRight: rigid(vertices, [-0.62 * PX_PER_CM, 0, 0], 1),
    jawForward: rigid(vertices, [0, 0, 0.45 * PX_PER_CM], 1),
  };
}

function tongue(seamY: number, region: Region, drop: Delta): LayerDraft {
  const midY = -0.72;
  const picture = paintRegion(region, 2, (px, py, out) => {
    const x = unprojectX(px, 0) / 1.45;
    const y = (unprojectY(py, 0) - seamY - midY) / 0.52;
    const r = Math.hypot(x, y > 0 ? y * 0.9 : y);
    const groove = bump(x / 0.09) * smoothstep(-0.7, 0.5, y);
    const top = saturate(0.5 + 0.5 * y);
    const rough = 0.85 + 0.3 * fractal(x * 12, y * 7, 4);
    const light = (0.4 + 0.6 * (1 - r * r * 0.7)) * (0.75 + 0.35 * bump((y + 0.25) / 0.5)) * rough * (1 - 0.22 * groove) * 0.62;
    const gloss = 0.1 * bump((y + 0.2) / 0.22) * bump((x + 0.25) / 0.4) * rough;
    out[0] = 0.5 * light * mix(1, 0.6, top) + gloss;
    out[1] = 0.17 * light * mix(1, 0.5, top) + gloss;
    out[2] = 0.165 * light * mix(1, 0.5, top) + gloss;
    out[3] = smoothstep(1, 0.93, r);
  });
  const mesh = gridMesh(region, 8, 6, () => ({ depth: rigDepth(0.1), follow: 1 }));
  const baseY = projectY(seamY + midY, 0);
  const lift = (up: number, grow: number): Delta[] =>
    mesh.vertices.map((v) => [(v.x - CENTRE_X) * (grow - 1) * 0.6, -up * PX_PER_CM + (v.y - baseY) * (grow - 1), 6 * up]);
  const out: Delta[] = mesh.vertices.map((v) => {
    const low = smoothstep(baseY - 12, baseY + 12, v.y);
    return [(v.x - CENTRE_X) * -0.25, mix(-6, 26, low), 30 * low];
  });
  return {
    id: 'tongue',
    picture,
    region,
    ...mesh,
    morphs: {
      ...jawMorphs(mesh.vertices, drop, 0.68),
      tongueOut: out,
      viseme_TH: lift(0.42, 0.95),
      viseme_DD: lift(0.26, 0.8),
      viseme_nn: lift(0.28, 0.8),
      viseme_RR: lift(0.12, 0.85),
      viseme_kk: lift(0.06, 1.05),
    },
  };
}
