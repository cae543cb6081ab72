import { CANVAS_PX, PX_PER_CM, rigDepth, unprojectX, unprojectY } from '../camera.ts';
import type { Scene } from '../geometry/scene.ts';
import { bump, fractal, mix, smoothstep } from '../math.ts';
import type { Person } from '../person.ts';
import { createPicture, type Picture } from '../render/develop.ts';
import type { Region } from '../render/job.ts';
import { marchRay } from '../render/march.ts';
import { type Delta, gridMesh, type LayerDraft, type Vertex } from './layer.ts';

/** Dim desaturated wall with a pool of light behind the head and a few soft lamps out of focus. */
export function backdropLayer(person: Pick<Person, 'backdrop'>): LayerDraft {
  const side = 320;
  const picture = createPicture(side, side);
  const [r, g, b] = person.backdrop.colour;
  const lamps = [
    [0.06, 0.24, 0.08, 0.1, 0.07, 0.04],
    [0.17, 0.4, 0.055, 0.09, 0.065, 0.04],
    [0.94, 0.18, 0.09, 0.05, 0.07, 0.085],
    [0.87, 0.36, 0.06, 0.085, 0.065, 0.045],
    [0.99, 0.5, 0.065, 0.05, 0.065, 0.08],
  ] as const;
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      const x = (i + 0.5) / side;
      const y = (j + 0.5) / side;
      const pool = bump((x - 0.6) / 0.5) * bump((y - 0.38) / 0.55);
      const level = mix(0.24, 1.0, pool) * (0.96 + 0.08 * fractal(x * 3, y * 3, 1));
      let cr = r * level;
      let cg = g * level;
      let cb = b * level;
      for (const [lx, ly, radius, lr, lg, lb] of lamps) {
        const d = smoothstep(radius * 1.8, radius * 0.4, Math.hypot(x - lx, y - ly)) * 0.6;
        cr += lr * d;
        cg += lg * d;
        cb += lb * d;
      }
      const vignette = 1 - 0.35 * smoothstep(0.35, 0.8, Math.hypot(x - 0.5, y - 0.5));
      const o = (j * side + i) * 4;
      picture.rgba.set([cr * vignette, cg * vignette, cb * vignette, 1], o);
    }
  }
  const inset = CANVAS_PX / side / 2;
  const region: Region = { x: 0, y: 0, width: CANVAS_PX, height: CANVAS_PX };
  const mesh = gridMesh({ x: -40, y: -40, width: CANVAS_PX + 80, height: CANVAS_PX + 80 }, 1, 1, () => ({ depth: 0, follow: 0 }));
  for (const v of mesh.vertices) {
    v.tx = Math.min(CANVAS_PX - inset, Math.max(inset, v.x));
    v.ty = Math.min(CANVAS_PX - inset, Math.max(inset, v.y));
  }
  return { id: 'background', opaque: true, picture, region, ...mesh, morphs: {} };
}

/** Neck and garment: the neck follows the head at its top and rests at the collar; breathing lifts the shoulders. */
export function bodyLayer(scene: Scene, picture: Picture, region: Region): LayerDraft {
  const mesh = gridMesh(region, 32, 16, (px, py) => {
    const z = marchRay(scene, 'body', px, py, 5);
    const depth = z > -900 ? z : -9;
    const y = unprojectY(py, depth);
    const near = smoothstep(11, 6.5, Math.abs(unprojectX(px, depth)));
    return { depth: rigDepth(depth), follow: smoothstep(-16.5, -7, y) * near };
  });
  return { id: 'body', picture, region, ...mesh, morphs: { breath: breathOf(mesh.vertices) } };
}

/** How a breath moves what lies on chest and shoulders. */
export const breathOf = (vertices: readonly Vertex[]): Delta[] =>
  vertices.map((v) => {
    const x = (v.x - CANVAS_PX / 2) / PX_PER_CM;
    const low = smoothstep(CANVAS_PX * 0.78, CANVAS_PX * 0.98, v.y);
    return [x * 0.16 * low, -3.2 * low - 1.5 * smoothstep(CANVAS_PX * 0.7, CANVAS_PX * 0.85, v.y), 3 * low];
  });
