import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VISEME_POSES } from './bake/expressions.ts';
import { FACE_MORPHS, FaceMesh } from './bake/face-mesh.ts';
import { FaceCurves } from './geometry/curves.ts';
import { Scene } from './geometry/scene.ts';
import type { Pose } from './motion.ts';
import { loadParameters } from './make.ts';
import { personSchema } from './person.ts';

const everybody = readdirSync(new URL('people/', import.meta.url)).map((file) => loadParameters(file.replace('.json', '')));
const people = everybody.flatMap((parameters) => (parameters.style === 'sculpted' ? [parameters.person] : []));

describe('parameters of a person', () => {
  it('refuses a parameter that does not exist', () => {
    expect(() => personSchema.parse({ name: 'x', title: 'X', nose: { lenght: 1 } })).toThrow();
  });
});

describe.each(people)('face of $name', (person) => {
  const scene = new Scene(person);
  const curves = new FaceCurves(person);
  const mesh = new FaceMesh(scene, { x: 250, y: 50, width: 524, height: 740 });
  const moved = (pose: Pose): { x: number; y: number }[] => {
    const deltas = mesh.deltas(pose);
    return mesh.vertices.map((v, i) => ({ x: v.x + (deltas[i]?.[0] ?? 0), y: v.y + (deltas[i]?.[1] ?? 0) }));
  };
  const gaps = (pose: Pose): number[] => {
    const at = moved(pose);
    return mesh.slit.map(([upper, lower]) => (at[lower]?.y ?? 0) - (at[upper]?.y ?? 0));
  };

  it('has lids that open around the pupil and meet when closed', () => {
    for (let u = -0.9; u <= 0.9; u += 0.1) {
      expect(curves.upperLid(u)).toBeGreaterThan(curves.lowerLid(u));
      expect(curves.upperLidAt(u, 1)).toBeCloseTo(curves.lowerLidAt(u, 1), 9);
    }
  });

  it('keeps the lips together at rest and on P, B, M', () => {
    expect(Math.max(...gaps({}))).toBe(0);
    expect(Math.max(...gaps(VISEME_POSES.PP))).toBeLessThan(1);
  });

  it('opens widest for the open vowel', () => {
    const opening = (pose: Pose): number => Math.max(...gaps(pose));
    expect(opening(VISEME_POSES.aa)).toBeGreaterThan(40);
    expect(opening(VISEME_POSES.aa)).toBeGreaterThan(opening(VISEME_POSES.E));
    expect(opening(VISEME_POSES.E)).toBeGreaterThan(opening(VISEME_POSES.SS));
  });

  it('narrows the mouth for rounded vowels', () => {
    const width = (pose: Pose): number => {
      const at = moved(pose);
      const xs = mesh.slit.map(([upper]) => at[upper]?.x ?? 0);
      return Math.max(...xs) - Math.min(...xs);
    };
    expect(width(VISEME_POSES.U)).toBeLessThan(0.8 * width({}));
    expect(width(VISEME_POSES.I)).toBeGreaterThan(1.05 * width({}));
  });

  it('undoes what it displaces, so that posed pictures fit the mesh', () => {
    const out = new Float64Array(3);
    for (const morph of FACE_MORPHS.filter((m) => /^(jaw|mouth|cheek)/.test(m))) {
      const pose: Pose = { [morph]: 0.5 };
      for (const [x, y, z] of [
        [0.6, -5.4, 0.9],
        [-3.4, -4.2, -0.6],
        [2.6, -6.2, 0],
      ] as const) {
        scene.motion.displace(pose, x, y, z, 1, false, out);
        scene.motion.undo(pose, x + (out[0] ?? 0), y + (out[1] ?? 0), z + (out[2] ?? 0), 1, out);
        expect(Math.hypot((out[0] ?? 0) - x, (out[1] ?? 0) - y, (out[2] ?? 0) - z), `${morph} at ${x},${y}`).toBeLessThan(0.05);
      }
    }
  });

  it('mirrors left and right', () => {
    const a = new Float64Array(3);
    const b = new Float64Array(3);
    for (const morph of FACE_MORPHS.filter((m) => m.endsWith('Left'))) {
      scene.motion.displace({ [morph]: 1 }, 2, -4, 0, 1, true, a);
      scene.motion.displace({ [morph.replace('Left', 'Right')]: 1 }, -2, -4, 0, 1, true, b);
      expect(a[0]).toBeCloseTo(-(b[0] ?? 0), 9);
      expect(a[1]).toBeCloseTo(b[1] ?? 0, 9);
    }
  });
});
