import type { LoadedLayer, LoadedMorph, LoadedRig } from './load-rig.ts';
import { ARKIT, type ArkitName, type FaceParameters, P, PARAMETER_COUNT, VISEMES } from './parameters.ts';

/** One layer of the frame, back to front. The arrays are reused: what they hold is valid until the next `evaluate`. */
export interface DrawnLayer {
  readonly layer: LoadedLayer;
  /** x, y in canvas pixels, u, v in atlas pixels; four numbers per vertex. Not kept up to date while the opacity is 0. */
  readonly vertices: Float32Array;
  /** 0..1; 0 means that the layer is not drawn. */
  readonly opacity: number;
  /** Vertices or opacity differ from the last frame. */
  readonly changed: boolean;
}

/**
 * What may look different from the last frame: the canvas is cut into bands of equal height, and each has one span of
 * x in canvas pixels; it is clean where `minX > maxX`. Shoulders and eyelids stay apart this way, at no cost.
 */
export interface DirtyBands {
  readonly bandHeightPx: number;
  readonly minX: Float32Array;
  readonly maxX: Float32Array;
}

export interface DrawList {
  readonly layers: readonly DrawnLayer[];
  /** False when the picture is the last one again. */
  readonly changed: boolean;
  readonly dirty: DirtyBands;
}

/** Positions are rounded to this part of a canvas pixel, so that movements which nobody could see cost nothing. */
const SNAP_PER_PX = 16;
/** The head may move by so many times the stillness in one frame, and rest in the next. */
const SLOW_STEPS = 6;
const OPACITY_STEP = 1 / 512;
/** A layer that fades is left out while it is fainter than this, which nobody sees; it joins its full course at PLAIN. */
const FAINT = 0.05;
const PLAIN = 0.15;
const BANDS = 64;
/** When this share of a layer's vertices moved, its whole box is marked instead of its triangles: all triangles fill it anyway. */
const MOSTLY = 0.9;

interface LayerState {
  readonly layer: LoadedLayer;
  readonly vertices: Float32Array;
  readonly previous: Float32Array;
  readonly depth: Float32Array;
  readonly moved: Uint8Array;
  /** Some vertex follows the head. */
  readonly posed: boolean;
  /** Indices of all parameters that can change this layer, pose aside. */
  readonly inputs: Uint16Array;
  opacity: number;
  changed: boolean;
  /** The vertices were not followed while the layer was invisible. */
  stale: boolean;
}

/**
 * Rig and parameters in, draw list out; pure apart from the buffers that it reuses. The steps are those of rig.ts.
 *
 * Head pose: a vertex at depth d is un-projected from the camera at `cameraPx`, turned about the pivot (roll about the
 * line of sight, then pitch, then yaw), moved, and projected again, so that pose 0 leaves every vertex where it is.
 */
export class FaceEvaluator {
  readonly list: DrawList;
  readonly #rig: LoadedRig;
  readonly #layers: readonly LayerState[];
  readonly #dirty: DirtyBands;
  readonly #effective = new Float32Array(PARAMETER_COUNT);
  readonly #last = new Float32Array(PARAMETER_COUNT);
  readonly #visemes: readonly { parameter: number; targets: Uint16Array; weights: Float32Array }[];
  /** Row-major rotation of the head; then the shift and scale that follow it. */
  readonly #rotation = new Float64Array(9);
  #shiftX = 0;
  #shiftY = 0;
  #scale = 1;
  #first = true;
  #changed = true;
  readonly #stillnessPx: number;
  /** The pose of the last frame was another than that of the frame before. */
  #poseMoved = false;
  /** How many canvas pixels a vertex moves at most when a parameter changes by 1. */
  readonly #reachPx: Float32Array;

  /**
   * `stillnessPx`: movements below so many canvas pixels are held back until they add up to it, so that a face that only
   * sways is not drawn anew for every frame. 0 gives every frame exactly.
   */
  constructor(rig: LoadedRig, options: { readonly stillnessPx?: number } = {}) {
    this.#rig = rig;
    this.#stillnessPx = options.stillnessPx ?? 0;
    this.#reachPx = reachOfParameters(rig);
    this.#layers = rig.layers.map(layerState);
    this.#dirty = { bandHeightPx: rig.canvas.height / BANDS, minX: new Float32Array(BANDS), maxX: new Float32Array(BANDS) };
    this.#visemes = VISEMES.map((viseme) => {
      const entries = Object.entries(rig.visemes[viseme]) as [ArkitName, number][];
      return {
        parameter: P[`viseme_${viseme}`],
        targets: Uint16Array.from(entries, ([name]) => P[name]),
        weights: Float32Array.from(entries, ([, weight]) => weight),
      };
    });
    const isChanged = () => this.#changed;
    this.list = {
      layers: this.#layers,
      dirty: this.#dirty,
      get changed() {
        return isChanged();
      },
    };
  }

  /** The next `evaluate` reports everything as changed. */
  invalidate(): void {
    this.#first = true;
  }

  evaluate(parameters: FaceParameters): DrawList {
    this.#resolve(parameters);
    const first = this.#first;
    if (!first && this.#stillnessPx > 0) this.#holdStill();
    const poseChanged = first || this.#poseDiffers();
    this.#poseMoved = poseChanged;
    if (poseChanged) this.#preparePose();
    this.#changed = first;
    this.#dirty.minX.fill(first ? 0 : Number.POSITIVE_INFINITY);
    this.#dirty.maxX.fill(first ? this.#rig.canvas.width : Number.NEGATIVE_INFINITY);
    for (const state of this.#layers) {
      state.changed = first;
      if (first || (state.posed && poseChanged) || this.#inputsDiffer(state)) this.#update(state, first);
      this.#changed ||= state.changed;
    }
    this.#first = false;
    this.#last.set(this.#effective);
    return this.list;
  }

  /** Step 1: visemes into ARKit weights; everything finite and within its range. */
  #resolve(parameters: FaceParameters): void {
    const effective = this.#effective;
    for (let i = 0; i < PARAMETER_COUNT; i++) {
      const value = parameters[i] as number;
      effective[i] = Number.isNaN(value) ? 0 : Math.min(1, Math.max(-1, value));
    }
    for (const { parameter, targets, weights } of this.#visemes) {
      const weight = Math.max(0, effective[parameter] as number);
      effective[parameter] = weight;
      if (weight === 0) continue;
      for (let k = 0; k < targets.length; k++) {
        const target = targets[k] as number;
        effective[target] = (effective[target] as number) + (weights[k] as number) * weight;
      }
    }
    for (let i = 0; i < ARKIT.length; i++) effective[i] = Math.min(1, Math.max(0, effective[i] as number));
  }

  /** Takes back changes too small to be seen. Rest and full strength are always reached exactly. */
  #holdStill(): void {
    const e = this.#effective;
    const last = this.#last;
    let pose = 0;
    for (let i = P.headYaw; i <= P.headZ; i++) pose += Math.abs((e[i] as number) - (last[i] as number)) * (this.#reachPx[i] as number);
    // A moving head costs the whole picture: when it is slow, every other frame is enough for it.
    const poseStillnessPx = this.#poseMoved ? SLOW_STEPS * this.#stillnessPx : this.#stillnessPx;
    for (let i = 0; i < PARAMETER_COUNT; i++) {
      const value = e[i] as number;
      const isPose = i >= P.headYaw && i <= P.headZ;
      if (!isPose && (value === 0 || value === 1)) continue;
      const movedPx = isPose ? pose : Math.abs(value - (last[i] as number)) * (this.#reachPx[i] as number);
      if (movedPx < (isPose ? poseStillnessPx : this.#stillnessPx)) e[i] = last[i] as number;
    }
  }

  #poseDiffers(): boolean {
    for (let i = P.headYaw; i <= P.headZ; i++) if (this.#effective[i] !== this.#last[i]) return true;
    return false;
  }

  #inputsDiffer(state: LayerState): boolean {
    for (const i of state.inputs) if (this.#effective[i] !== this.#last[i]) return true;
    return false;
  }

  #update(state: LayerState, first: boolean): void {
    const opacity = this.#opacity(state.layer);
    if (opacity === 0 && state.opacity === 0 && !first) {
      state.stale = true;
      return;
    }
    const fades = Math.abs(opacity - state.opacity) >= OPACITY_STEP || (opacity === 0) !== (state.opacity === 0);
    if (fades) state.opacity = opacity;
    this.#deform(state);
    const moved = this.#pose(state);
    const whole = first || fades || state.stale;
    state.stale = false;
    state.changed = whole || moved > 0;
    if (!state.changed || first) return;
    if (whole || moved > state.moved.length * MOSTLY) this.#markLayer(state);
    else this.#markMovedTriangles(state);
  }

  /** Step 4. */
  #opacity(layer: LoadedLayer): number {
    let opacity = layer.opacity.base;
    for (const { parameter, gain } of layer.opacity.gains) opacity += gain * (this.#effective[parameter] as number);
    if (layer.opacity.gains.length > 0 && opacity < PLAIN) opacity = ((opacity - FAINT) * PLAIN) / (PLAIN - FAINT);
    return Math.min(1, Math.max(0, opacity));
  }

  /** Step 2: rest + sum of morphs, into `vertices` and `depth`. What was there moves to `previous`. */
  #deform(state: LayerState): void {
    const { layer, vertices, previous, depth } = state;
    previous.set(vertices);
    vertices.set(layer.rest);
    depth.set(layer.depth);
    for (const morph of layer.morphs) {
      const weight = this.#effective[morph.parameter] as number;
      if (weight !== 0) addMorph(vertices, depth, morph, weight);
    }
  }

  #preparePose(): void {
    const { pose } = this.#rig;
    const e = this.#effective;
    const radians = Math.PI / 180;
    const yaw = (e[P.headYaw] as number) * pose.yawDeg * radians;
    const pitch = (e[P.headPitch] as number) * pose.pitchDeg * radians;
    const roll = (e[P.headRoll] as number) * pose.rollDeg * radians;
    const cy = Math.cos(yaw);
    const sy = Math.sin(yaw);
    const cp = Math.cos(pitch);
    const sp = Math.sin(pitch);
    const cr = Math.cos(roll);
    const sr = Math.sin(roll);
    // Axes: x right, y down, z to the camera. Roll: the crown goes right. Pitch: what is near goes up. Yaw: what is near goes right.
    const r = this.#rotation;
    r[0] = cy * cr + sy * sp * sr;
    r[1] = sy * sp * cr - cy * sr;
    r[2] = sy * cp;
    r[3] = cp * sr;
    r[4] = cp * cr;
    r[5] = -sp;
    r[6] = cy * sp * sr - sy * cr;
    r[7] = cy * sp * cr + sy * sr;
    r[8] = cy * cp;
    this.#shiftX = (e[P.headX] as number) * pose.shiftPx;
    this.#shiftY = (e[P.headY] as number) * pose.shiftPx;
    this.#scale = 1 + (e[P.headZ] as number) * pose.zoom;
  }

  /** Step 3: the head's pose; then snapping, and comparison with the last frame. Returns how many vertices moved. */
  #pose(state: LayerState): number {
    const { vertices, previous, depth, moved } = state;
    const { follow } = state.layer;
    const { pivot, cameraPx } = this.#rig.pose;
    const px = pivot.x;
    const py = pivot.y;
    const toX = px + this.#shiftX;
    const toY = py + this.#shiftY;
    const scaledCamera = this.#scale * cameraPx;
    const nearest = cameraPx / 8;
    const r = this.#rotation;
    const [r0, r1, r2, r3, r4, r5, r6, r7, r8] = r as unknown as [number, number, number, number, number, number, number, number, number];
    let count = 0;
    for (let i = 0, k = 0; i < follow.length; i++, k += 4) {
      let x = vertices[k] as number;
      let y = vertices[k + 1] as number;
      const share = follow[i] as number;
      if (share > 0) {
        const z = depth[i] as number;
        const away = (cameraPx - z) / cameraPx;
        const rx = (x - px) * away;
        const ry = (y - py) * away;
        const zoom = scaledCamera / Math.max(nearest, cameraPx - (r6 * rx + r7 * ry + r8 * z));
        x += share * (toX + (r0 * rx + r1 * ry + r2 * z) * zoom - x);
        y += share * (toY + (r3 * rx + r4 * ry + r5 * z) * zoom - y);
      }
      x = Math.round(x * SNAP_PER_PX) / SNAP_PER_PX;
      y = Math.round(y * SNAP_PER_PX) / SNAP_PER_PX;
      vertices[k] = x;
      vertices[k + 1] = y;
      const differs = x !== previous[k] || y !== previous[k + 1] ? 1 : 0;
      moved[i] = differs;
      count += differs;
    }
    return count;
  }

  /** Marks the layer's box, where it is and where it was. */
  #markLayer({ vertices: now, previous: before }: LayerState): void {
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let top = Number.POSITIVE_INFINITY;
    let bottom = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < now.length; k += 4) {
      left = Math.min(left, now[k] as number, before[k] as number);
      right = Math.max(right, now[k] as number, before[k] as number);
      top = Math.min(top, now[k + 1] as number, before[k + 1] as number);
      bottom = Math.max(bottom, now[k + 1] as number, before[k + 1] as number);
    }
    this.#mark(left, top, right, bottom);
  }

  /** Marks the triangles that moved, where they are and where they were. */
  #markMovedTriangles({ layer: { indices }, vertices: now, previous: before, moved }: LayerState): void {
    for (let t = 0; t < indices.length; t += 3) {
      const ia = indices[t] as number;
      const ib = indices[t + 1] as number;
      const ic = indices[t + 2] as number;
      if ((moved[ia] as number) + (moved[ib] as number) + (moved[ic] as number) === 0) continue;
      let left = Number.POSITIVE_INFINITY;
      let right = Number.NEGATIVE_INFINITY;
      let top = Number.POSITIVE_INFINITY;
      let bottom = Number.NEGATIVE_INFINITY;
      for (let corner = 0; corner < 3; corner++) {
        const k = 4 * (corner === 0 ? ia : corner === 1 ? ib : ic);
        left = Math.min(left, now[k] as number, before[k] as number);
        right = Math.max(right, now[k] as number, before[k] as number);
        top = Math.min(top, now[k + 1] as number, before[k + 1] as number);
        bottom = Math.max(bottom, now[k + 1] as number, before[k + 1] as number);
      }
      this.#mark(left, top, right, bottom);
    }
  }

  #mark(left: number, top: number, right: number, bottom: number): void {
    const { bandHeightPx, minX, maxX } = this.#dirty;
    const last = Math.min(BANDS - 1, Math.floor(bottom / bandHeightPx));
    for (let band = Math.max(0, Math.floor(top / bandHeightPx)); band <= last; band++) {
      if (left < (minX[band] as number)) minX[band] = left;
      if (right > (maxX[band] as number)) maxX[band] = right;
    }
  }
}

function layerState(layer: LoadedLayer): LayerState {
  return {
    layer,
    vertices: layer.rest.slice(),
    previous: layer.rest.slice(),
    depth: layer.depth.slice(),
    moved: new Uint8Array(layer.vertexCount),
    posed: layer.follow.some((share) => share > 0),
    inputs: Uint16Array.from(new Set([...layer.morphs.map((m) => m.parameter), ...layer.opacity.gains.map((g) => g.parameter)])),
    opacity: 0,
    changed: true,
    stale: false,
  };
}

/** A fade is seen when it changes by 1/64: counted as a quarter of a pixel. */
const FADE_PX = 16;

function reachOfParameters(rig: LoadedRig): Float32Array {
  const reach = new Float32Array(PARAMETER_COUNT);
  const raise = (i: number, px: number) => {
    reach[i] = Math.max(reach[i] as number, px);
  };
  const { pivot, yawDeg, pitchDeg, rollDeg, shiftPx, zoom } = rig.pose;
  let depth = 0;
  let distance = 0;
  for (const layer of rig.layers) {
    for (let i = 0; i < layer.vertexCount; i++) {
      const share = layer.follow[i] as number;
      depth = Math.max(depth, share * Math.abs(layer.depth[i] as number));
      distance = Math.max(
        distance,
        share * Math.hypot((layer.rest[i * 4] as number) - pivot.x, (layer.rest[i * 4 + 1] as number) - pivot.y),
      );
    }
    for (const { parameter, deltas } of layer.morphs) {
      for (let d = 0; d < deltas.length; d += 3) raise(parameter, Math.hypot(deltas[d] as number, deltas[d + 1] as number));
    }
    for (const { parameter, gain } of layer.opacity.gains) raise(parameter, Math.abs(gain) * FADE_PX);
  }
  raise(P.headYaw, (depth * yawDeg * Math.PI) / 180);
  raise(P.headPitch, (depth * pitchDeg * Math.PI) / 180);
  raise(P.headRoll, (distance * rollDeg * Math.PI) / 180);
  raise(P.headX, shiftPx);
  raise(P.headY, shiftPx);
  raise(P.headZ, zoom * distance);
  return reach;
}

function addMorph(vertices: Float32Array, depth: Float32Array, morph: LoadedMorph, weight: number): void {
  const { vertices: targets, deltas } = morph;
  for (let i = 0, d = 0; i < targets.length; i++, d += 3) {
    const target = targets[i] as number;
    const k = target * 4;
    vertices[k] = (vertices[k] as number) + (deltas[d] as number) * weight;
    vertices[k + 1] = (vertices[k + 1] as number) + (deltas[d + 1] as number) * weight;
    depth[target] = (depth[target] as number) + (deltas[d + 2] as number) * weight;
  }
}
