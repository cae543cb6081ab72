import type { ParameterName } from '../../../server/face/parameters.ts';
import { projectX, projectY, PX_PER_CM, rigDepth, unprojectX, unprojectY } from '../camera.ts';
import type { Scene } from '../geometry/scene.ts';
import { bump, fractal, mix, noise, saturate, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { createPicture, type Picture } from '../render/develop.ts';
import type { Region } from '../render/job.ts';
import { type Delta, gridMesh, type LayerDraft } from './layer.ts';

/** Radians the eye turns at gazeX / gazeY = 1. */
const GAZE_X = 0.42;
const GAZE_Y = 0.32;
/** Iris radius relative to the eyeball's. */
const IRIS = 0.5;

type Paint = (x: number, y: number, out: Float64Array) => void;

/** Paints a picture of `scale` texels per px by calling `paint` with canvas px, 3x3 per texel. Out: premultiplied RGBA. */
export function paintRegion(region: Region, scale: number, paint: Paint): Picture {
  const picture = createPicture(Math.round(region.width * scale), Math.round(region.height * scale));
  const out = new Float64Array(4);
  for (let j = 0; j < picture.height; j++) {
    for (let i = 0; i < picture.width; i++) {
      const o = (j * picture.width + i) * 4;
      let alpha = 0;
      for (let s = 0; s < 9; s++) {
        out.fill(0);
        paint(region.x + (i + ((s % 3) + 0.5) / 3) / scale, region.y + (j + (Math.floor(s / 3) + 0.5) / 3) / scale, out);
        const a = (out[3] ?? 0) / 9;
        for (let c = 0; c < 3; c++) picture.rgba[o + c] = (picture.rgba[o + c] ?? 0) + (out[c] ?? 0) * a;
        alpha += a;
      }
      for (let c = 0; c < 3; c++) picture.rgba[o + c] = (picture.rgba[o + c] ?? 0) / (alpha || 1);
      picture.rgba[o + 3] = alpha;
    }
  }
  return picture;
}

/** The eye that lies at x = sign * separation: white, iris, shadow of the lid and catch-light, back to front. */
export function eyeLayers(person: Person, scene: Scene, sign: 1 | -1): LayerDraft[] {
  const c = scene.head.curves;
  const side = sign > 0 ? 'Left' : 'Right';
  const R = c.eyeRadius;
  const ex = sign * c.eyeX;
  const ballZ = (dx: number, dy: number): number => c.eyeZ + Math.sqrt(Math.max(0.05, R * R - dx * dx - dy * dy));
  const centreX = projectX(ex, c.eyeZ + R);
  const centreY = projectY(0, c.eyeZ + R);
  const reach = c.eyeHalfWidth * 1.06 * PX_PER_CM;
  const eyeRegion: Region = { x: Math.floor(centreX - reach), y: Math.floor(centreY - 38), width: Math.ceil(reach * 2), height: 70 };
  const toBall = (px: number, py: number): [number, number] => {
    const z = c.eyeZ + R * 0.9;
    return [unprojectX(px, z) - ex, unprojectY(py, z)];
  };
  const place = (px: number, py: number) => {
    const [dx, dy] = toBall(px, py);
    return { depth: rigDepth(ballZ(dx, dy)), follow: 1 };
  };
  const white = paintRegion(eyeRegion, 2, (px, py, out) => {
    const [dx, dy] = toBall(px, py);
    const u = (dx * sign) / c.eyeHalfWidth;
    const nz = Math.sqrt(Math.max(0.08, 1 - (dx * dx + dy * dy) / (R * R)));
    const edge = smoothstep(0.45, 1, Math.abs(u));
    const vein = smoothstep(0.62, 0.72, fractal(dx * 2.4, dy * 6, sign * 3 + 5));
    let [r, g, b] = [0.6, 0.562, 0.54];
    r = mix(r, 0.6, edge * 0.6) * mix(1, 0.97, vein * edge * 0.5);
    g = mix(g, 0.43, edge * 0.6) * mix(1, 0.78, vein * edge * 0.5);
    b = mix(b, 0.4, edge * 0.6) * mix(1, 0.77, vein * edge * 0.5);
    const key = saturate((-dx * 0.42 + dy * 0.5) / R + nz * 0.72);
    const light = (0.36 + 0.62 * key) * mix(1, 0.6, smoothstep(0.72, 1.02, Math.abs(u)));
    const low = smoothstep(c.lowerLid(u) + 0.14, c.lowerLid(u) - 0.02, dy);
    const shade = light * (1 - 0.25 * low);
    out[0] = r * shade;
    out[1] = g * shade;
    out[2] = b * shade;
    const caruncle = bump(Math.hypot(u + 0.96, (dy - c.lowerLid(-1)) * 0.9) / 0.17);
    out[0] = mix(out[0] ?? 0, 0.36, caruncle * 0.85);
    out[1] = mix(out[1] ?? 0, 0.16, caruncle * 0.85);
    out[2] = mix(out[2] ?? 0, 0.145, caruncle * 0.85);
    out[3] = 1;
  });
  const layers: LayerDraft[] = [
    { id: `eyeWhite${side}`, picture: white, region: eyeRegion, ...gridMesh(eyeRegion, 10, 5, place), morphs: {} },
  ];
  layers.push(irisLayer(person, side, sign, R, centreX, centreY, c.eyeZ));
  layers.push(lidShadow(scene, side, sign, eyeRegion, place));
  layers.push(catchLight(side, R, centreX, centreY, c.eyeZ));
  return layers;
}

function irisLayer(person: Person, side: string, sign: number, R: number, centreX: number, centreY: number, eyeZ: number): LayerDraft {
  const rI = R * IRIS;
  const reach = rI * 1.14 * PX_PER_CM;
  const region: Region = { x: centreX - reach, y: centreY - reach, width: reach * 2, height: reach * 2 };
  const [ir, ig, ib] = person.eyes.iris;
  const picture = paintRegion(region, 3, (px, py, out) => {
    const dx = (px - centreX) / (rI * PX_PER_CM);
    const dy = -(py - centreY) / (rI * PX_PER_CM);
    const r = Math.hypot(dx, dy);
    const angle = Math.atan2(dy, dx);
    const fibres =
      0.5 * noise(Math.cos(angle) * 9 + 20, Math.sin(angle) * 9 + 20, r * 2.2 + sign * 5) +
      0.5 * noise(Math.cos(angle) * 21 + 40, Math.sin(angle) * 21 + 40, r * 3 + sign);
    const ring = bump((r - 0.5) / 0.14) * 0.5;
    const caustic = 0.5 + 1.25 * saturate((-dy * 0.85 + dx * 0.5) * 0.75 + 0.32) * smoothstep(0.3, 0.75, r);
    const limbal = 1 - 0.82 * smoothstep(0.78, 1.0, r);
    const body = (0.45 + 1.15 * fibres) * limbal * caustic * 1.25;
    const warm = (0.7 + 0.7 * fibres) * limbal * caustic;
    const pupil = smoothstep(0.4, 0.345, r);
    out[0] = mix(mix(ir * body, ir * 1.8 * warm, ring), 0.004, pupil);
    out[1] = mix(mix(ig * body, ig * 1.3 * warm, ring), 0.004, pupil);
    out[2] = mix(mix(ib * body, ib * 0.8 * warm, ring), 0.005, pupil);
    out[3] = smoothstep(1.08, 0.95, r) * mix(1, 0.94, smoothstep(0.9, 1, r));
  });
  const ball = (px: number, py: number): [number, number, number] => {
    const dx = (px - centreX) / PX_PER_CM;
    const dy = -(py - centreY) / PX_PER_CM;
    return [dx, dy, Math.sqrt(Math.max(0.05, R * R - dx * dx - dy * dy))];
  };
  const mesh = gridMesh(region, 6, 6, (px, py) => ({ depth: rigDepth(eyeZ + ball(px, py)[2]), follow: 1 }));
  const turned = (yaw: number, pitch: number): Delta[] =>
    mesh.vertices.map((v) => {
      const [x, y, z] = ball(v.x, v.y);
      const x1 = x * Math.cos(yaw) + z * Math.sin(yaw);
      const z1 = -x * Math.sin(yaw) + z * Math.cos(yaw);
      const y1 = y * Math.cos(pitch) + z1 * Math.sin(pitch);
      const z2 = -y * Math.sin(pitch) + z1 * Math.cos(pitch);
      return [(x1 - x) * PX_PER_CM, -(y1 - y) * PX_PER_CM, (z2 - z) * PX_PER_CM];
    });
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = { gazeX: turned(GAZE_X, 0), gazeY: turned(0, GAZE_Y) };
  const left = side === 'Left';
  morphs[left ? 'eyeLookOutLeft' : 'eyeLookInRight'] = turned(GAZE_X, 0);
  morphs[left ? 'eyeLookInLeft' : 'eyeLookOutRight'] = turned(-GAZE_X, 0);
  morphs[left ? 'eyeLookUpLeft' : 'eyeLookUpRight'] = turned(0, GAZE_Y);
  morphs[left ? 'eyeLookDownLeft' : 'eyeLookDownRight'] = turned(0, -GAZE_Y);
  return { id: `iris${side}`, picture, region, ...mesh, morphs };
}

/** Soft shadow of the upper lid and its lashes on the ball; it comes down with the lid. */
function lidShadow(
  scene: Scene,
  side: 'Left' | 'Right',
  sign: number,
  region: Region,
  place: (x: number, y: number) => { depth: number; follow: number },
): LayerDraft {
  const c = scene.head.curves;
  const z = c.eyeZ + c.eyeRadius;
  const local = (px: number, py: number): [number, number] => [c.eyeU(unprojectX(px, z) * sign), unprojectY(py, z)];
  const picture = paintRegion(region, 1, (px, py, out) => {
    const [u, y] = local(px, py);
    const below = c.upperLid(u) - y;
    out[0] = 0.05;
    out[1] = 0.026;
    out[2] = 0.02;
    const corner = 0.5 * smoothstep(0.72, 1, Math.abs(u));
    out[3] = saturate(0.66 * smoothstep(0.52, -0.04, below) + corner * 0.6) * smoothstep(1.2, 0.9, Math.abs(u)) * 0.92;
  });
  const mesh = gridMesh(region, 12, 8, place);
  const follow = (share: (open: number) => number): Delta[] =>
    mesh.vertices.map((v) => {
      const [u] = local(v.x, v.y);
      const drop = share(c.upperLid(u) - c.lowerLid(u)) * PX_PER_CM * smoothstep(1.3, 0.95, Math.abs(u));
      return [0, drop, 0];
    });
  const morphs: Partial<Record<ParameterName, readonly Delta[]>> = {
    [`eyeBlink${side}`]: follow((open) => open * 0.87),
    [`eyeWide${side}`]: follow((open) => -0.17 * open),
    [`eyeSquint${side}`]: follow((open) => 0.14 * open),
    [`eyeLookUp${side}`]: follow((open) => -0.13 * open),
    [`eyeLookDown${side}`]: follow((open) => 0.3 * open),
    gazeY: follow((open) => -0.215 * open),
  };
  return { id: `lidShadow${side}`, picture, region, ...mesh, morphs };
}

/** Reflection of the key soft-box: belongs to the light, so it hardly follows the gaze. */
function catchLight(side: string, R: number, centreX: number, centreY: number, eyeZ: number): LayerDraft {
  const cx = centreX - 0.2 * R * PX_PER_CM;
  const cy = centreY - 0.2 * R * PX_PER_CM;
  const region: Region = { x: cx - 12, y: cy - 12, width: 40, height: 40 };
  const picture = paintRegion(region, 3, (px, py, out) => {
    const x = (px - cx) / 4.6 + (py - cy) * 0.02;
    const y = (py - cy) / 5.2 - (px - cx) * 0.025;
    const box = smoothstep(1.15, 0.82, Math.max(Math.abs(x), Math.abs(y)) * 0.72 + 0.28 * Math.hypot(x, y));
    const gx = (px - cx - 17) / 3.2;
    const gy = (py - cy - 15) / 5;
    const fill = 0.28 * smoothstep(1.2, 0.6, Math.hypot(gx, gy));
    const glow = 0.16 * bump(Math.hypot(px - cx, py - cy) / 8);
    out[0] = 2.2;
    out[1] = 2.15;
    out[2] = 2.05;
    out[3] = saturate(box * 0.94 + glow + fill);
  });
  const mesh = gridMesh(region, 2, 2, () => ({ depth: rigDepth(eyeZ + R * 1.04), follow: 0.96 }));
  const shift = (dx: number, dy: number): Delta[] => mesh.vertices.map(() => [dx, dy, 0]);
  return {
    id: `catchLight${side}`,
    picture,
    region,
    ...mesh,
    morphs: { gazeX: shift(3, 0), gazeY: shift(0, -2) },
  };
}
