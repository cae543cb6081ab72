import type { Cast } from '../geometry/scene.ts';
import type { Pose } from '../motion.ts';
import type { Person } from '../person.ts';
import type { Robot } from '../robot/robot.ts';

/** A rectangle of the canvas, px. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One layer's picture to be ray-marched: `scale` texels per canvas pixel. */
export interface Shot {
  readonly cast: Cast;
  readonly region: Region;
  readonly scale: number;
  readonly pose?: Pose;
}

/** Geometry buffer of a shot, shared between workers. */
export interface Film {
  readonly width: number;
  readonly height: number;
  /** Distance along z (world z of the hit); -999 where nothing was hit. */
  readonly depth: Float32Array;
  readonly part: Uint8Array;
  /** Irradiance, diffuse colour, shine: 9 floats per pixel. */
  readonly shade: Float32Array;
}

export type Job =
  | { readonly kind: 'distances'; readonly from: number; readonly to: number; readonly field: Float32Array }
  | {
      readonly kind: 'film';
      readonly shot: Shot;
      readonly film: Film;
      readonly from: number;
      readonly to: number;
      readonly distances: Float32Array;
      readonly hair: Float32Array | undefined;
    };

/** Whose picture is taken. */
export type Sitter = { readonly person: Person } | { readonly robot: Robot };

export interface WorkerSetup {
  readonly sitter: Sitter;
}

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

export const sharedFloats = (count: number): Float32Array => new Float32Array(shared(count * 4));

export function createFilm(shot: Shot): Film {
  const width = Math.round(shot.region.width * shot.scale);
  const height = Math.round(shot.region.height * shot.scale);
  return {
    width,
    height,
    depth: sharedFloats(width * height).fill(-999),
    part: new Uint8Array(shared(width * height)),
    shade: sharedFloats(width * height * 9),
  };
}
