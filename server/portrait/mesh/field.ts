import type { FaceMesh } from './face-mesh.ts';

/** A displacement of every vertex of the face mesh, frame pixels; `dz` towards the camera. */
export interface Field {
  readonly dx: Float64Array;
  readonly dy: Float64Array;
  readonly dz: Float64Array;
}

export const zeroField = ({ count }: FaceMesh): Field => ({
  dx: new Float64Array(count),
  dy: new Float64Array(count),
  dz: new Float64Array(count),
});

/** Sum of weighted fields. */
export function sumOf(mesh: FaceMesh, parts: readonly (readonly [field: Field, weight: number])[]): Field {
  const out = zeroField(mesh);
  for (const [field, weight] of parts) {
    if (weight === 0) continue;
    for (let i = 0; i < mesh.count; i++) {
      out.dx[i] = out.dx[i]! + field.dx[i]! * weight;
      out.dy[i] = out.dy[i]! + field.dy[i]! * weight;
      out.dz[i] = out.dz[i]! + field.dz[i]! * weight;
    }
  }
  return out;
}

/** The field times a share that depends on the vertex. */
export function masked(mesh: FaceMesh, field: Field, share: (i: number) => number): Field {
  const out = zeroField(mesh);
  for (let i = 0; i < mesh.count; i++) {
    const s = share(i);
    out.dx[i] = field.dx[i]! * s;
    out.dy[i] = field.dy[i]! * s;
    out.dz[i] = field.dz[i]! * s;
  }
  return out;
}
