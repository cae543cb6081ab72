import { CAMERA_CM, unprojectX, unprojectY } from '../camera.ts';
import { type Cast, Part, Scene, type Solids } from '../geometry/scene.ts';
import { SHADE_SIZE, type Shader } from './shade.ts';
import type { Film, Shot } from './job.ts';

const FAR_Z = -24;
const HIT_CM = 0.004;

/** Where rays begin: in front of the nose, or of the peak of a cap. */
export const START_Z = { face: 4, cover: 8 } as const;

/** World z where the ray through a canvas pixel first meets the cast, or -999. `startZ` must lie in front of it. */
export function marchRay(scene: Solids, cast: Cast, px: number, py: number, startZ: number, step = 0.8): number {
  const dx = unprojectX(px, 0) / CAMERA_CM;
  const dy = unprojectY(py, 0) / CAMERA_CM;
  const slope = 1 / Math.sqrt(1 + dx * dx + dy * dy);
  let z = startZ;
  let last = 1e9;
  for (let i = 0; i < 190; i++) {
    const t = CAMERA_CM - z;
    const d = scene.distance(dx * t, dy * t, z, cast, true);
    if (d < HIT_CM || (i > 150 && d < 0.03)) return z;
    last = d;
    z -= d * step * slope;
    if (z < FAR_Z) return -999;
  }
  return last < 0.06 ? z : -999;
}

/** Marches and shades rows [from, to) of a film. */
export function exposeRows(scene: Solids, shader: Shader, shot: Shot, film: Film, from: number, to: number): void {
  scene.setPose(shot.pose);
  const blink = shot.pose?.eyeBlinkLeft ?? 0;
  const out = new Float64Array(SHADE_SIZE);
  const q = new Float64Array(3);
  const { width } = film;
  const startZ = shot.cast === 'cover' ? START_Z.cover : START_Z.face;
  // Not behind the peak of a cap, which stands free before the pixel beside it.
  const fromNeighbour = !shot.pose && shot.cast !== 'cover';
  for (let row = from; row < to; row++) {
    const py = shot.region.y + (row + 0.5) / shot.scale;
    let previous = -999;
    for (let col = 0; col < width; col++) {
      const px = shot.region.x + (col + 0.5) / shot.scale;
      let z = marchRay(scene, shot.cast, px, py, previous > -900 && fromNeighbour ? previous + 1.2 : startZ);
      if (previous > -900 && fromNeighbour && z > previous + 0.9) z = marchRay(scene, shot.cast, px, py, startZ + 1);
      previous = z;
      if (z < -900) continue;
      const i = row * width + col;
      const x = unprojectX(px, z);
      const y = unprojectY(py, z);
      if (shot.cast === 'head' && scene instanceof Scene && throughOpening(scene, shot, x, y, z, q)) {
        film.depth[i] = z;
        continue;
      }
      scene.distance(x, y, z, shot.cast, true);
      const part = scene.part;
      // The face before its cover is no part of the cover's picture.
      if (shot.cast === 'cover' && part === Part.skin) continue;
      if (shot.cast !== 'head' || !shot.pose) {
        q[0] = x;
        q[1] = y;
        q[2] = z;
      }
      shader.shade(x, y, z, part, shot.cast, q, blink, i * 61, out);
      film.depth[i] = z;
      film.part[i] = part;
      film.shade.set(out, i * SHADE_SIZE);
    }
  }
}

/** Whether the hit lies behind an eye or mouth opening; else leaves the neutral point in `q`. */
function throughOpening(scene: Scene, shot: Shot, x: number, y: number, z: number, q: Float64Array): boolean {
  const c = scene.head.curves;
  const { eyeZ } = c;
  const u = c.eyeU(Math.abs(x));
  if (Math.abs(u) < 1.05 && Math.abs(y) < 1.3) {
    const dx = Math.abs(x) - c.eyeX;
    const dz = z - eyeZ;
    if (Math.sqrt(dx * dx + y * y + dz * dz) < c.eyeRadius + 0.02 && Math.abs(u) < 0.97) return true;
  }
  q[0] = x;
  q[1] = y;
  q[2] = z;
  if (!shot.pose) return false;
  if (!scene.motion.reaches(y)) return false;
  scene.motion.undo(shot.pose, x, y, z, 1, q);
  const upper = scene.head.half(q[0] ?? 0, q[1] ?? 0, q[2] ?? 0, 1, 0);
  const ux = q[0] ?? 0;
  const uy = q[1] ?? 0;
  const uz = q[2] ?? 0;
  scene.motion.undo(shot.pose, x, y, z, -1, q);
  const lower = scene.head.half(q[0] ?? 0, q[1] ?? 0, q[2] ?? 0, -1, 0);
  if (upper < lower) {
    q[0] = ux;
    q[1] = uy;
    q[2] = uz;
  }
  if (scene.insideMouth(x, y, z)) return true;
  const qx = q[0] ?? 0;
  const v = (q[1] ?? 0) - c.seam(qx);
  return Math.abs(qx) < c.mouthHalfWidth && Math.abs(v) < 0.3 && (q[2] ?? 0) < 0.2 - 0.14 * qx * qx;
}

/** Sub-rays per side of a texel on an outline. */
const OUTLINE_RAYS = 3;

/**
 * Share of each texel that the cast covers: 1 and 0 where all neighbours agree, else counted with finer rays. This
 * smooths outlines at a fraction of the cost of shading every texel several times.
 */
export function coverage(scene: Solids, shot: Shot, film: Film): Float32Array {
  scene.setPose(shot.pose);
  const { width, height, part } = film;
  const out = new Float32Array(width * height);
  const q = new Float64Array(3);
  const covers = (px: number, py: number): boolean => {
    const z = marchRay(scene, shot.cast, px, py, shot.cast === 'cover' ? START_Z.cover : START_Z.face);
    if (z < -900) return false;
    if (shot.cast === 'cover') {
      scene.distance(unprojectX(px, z), unprojectY(py, z), z, shot.cast, true);
      return scene.part === Part.cover;
    }
    return shot.cast !== 'head' || !(scene instanceof Scene) || !throughOpening(scene, shot, unprojectX(px, z), unprojectY(py, z), z, q);
  };
  for (let row = 0; row < height; row++) {
    for (let col = 0; col < width; col++) {
      const i = row * width + col;
      let hits = 0;
      let total = 0;
      for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
        for (let x = Math.max(0, col - 1); x <= Math.min(width - 1, col + 1); x++) {
          total++;
          if (part[y * width + x]) hits++;
        }
      }
      if (hits === 0 || hits === total) {
        out[i] = hits === 0 ? 0 : 1;
        continue;
      }
      let inside = 0;
      for (let k = 0; k < OUTLINE_RAYS * OUTLINE_RAYS; k++) {
        const px = shot.region.x + (col + ((k % OUTLINE_RAYS) + 0.5) / OUTLINE_RAYS) / shot.scale;
        const py = shot.region.y + (row + (Math.floor(k / OUTLINE_RAYS) + 0.5) / OUTLINE_RAYS) / shot.scale;
        if (covers(px, py)) inside++;
      }
      out[i] = inside / (OUTLINE_RAYS * OUTLINE_RAYS);
    }
  }
  return out;
}
