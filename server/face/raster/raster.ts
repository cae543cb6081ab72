import { type DrawList, FaceEvaluator } from '../evaluator.ts';
import { faceError } from '../face-error.ts';
import type { LoadedLayer, LoadedRig } from '../load-rig.ts';
import type { FaceParameters } from '../parameters.ts';
import { BLACK } from './colour.ts';
import { checkPicture, type FacePicture, type Placement, placementOf, SUBPIXELS } from './placement.ts';
import { AlphaIndex, atlasPlanes, type AtlasPlanes, OPAQUE } from './planes.ts';

/** The exports of assembly/raster.ts. */
interface RasterProgram {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  setTarget(frame: number, openness: number, width: number, height: number, bands: number, firstRow: number, endRow: number): void;
  setAtlas(luma: number, chroma: number, alpha: number, width: number, height: number): void;
  placeVertices(
    from: number,
    to: number,
    count: number,
    factorXY: number,
    factorU: number,
    factorV: number,
    offsetX: number,
    offsetY: number,
  ): void;
  drawLayer(vertices: number, indices: number, kinds: number, triangles: number, opacity: number, maskIn: number, maskOut: number): void;
  clearClipped(): void;
  addBehind(source: number): void;
  clearMask(mask: number): void;
}

/** Rows of the picture that share one clip span; the program knows this number too. */
const BAND_ROWS = 16;
/** Texel coordinates are 16.16. */
const TEXEL_ONE = 65_536;
const PAGE_BYTES = 65_536;

export interface FaceRasterOptions extends FacePicture {
  /** What `buildRaster` compiled. */
  readonly program: WebAssembly.Module;
}

interface PlacedLayer {
  readonly layer: LoadedLayer;
  readonly indices: number;
  readonly kinds: number;
  readonly triangles: number;
  /** Bytes into a canvas's vertex block. */
  readonly verticesOffset: number;
  /** Address of the mask plane that this layer fills, or 0. */
  readonly maskOut: number;
  readonly maskIn: number;
}

/**
 * One avatar at one size, ready to be drawn by the CPU into I420 pictures (BT.601, limited range; see colour.ts).
 * Atlas, meshes and background exist once; each call has a `FaceCanvas` of its own, which shares them.
 */
export class FaceRaster implements Disposable {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly #rig: LoadedRig;
  readonly #program: RasterProgram;
  readonly #placement: Placement;
  readonly #texelScale: readonly [number, number];
  readonly #layers: readonly PlacedLayer[];
  /** Layers before this one never change and are part of `background`. */
  readonly #firstMoving: number;
  readonly #background: number;
  readonly #bands: number;
  /** Scratch: how much of each pixel is still to be seen while a picture is drawn. */
  readonly #openness: number;
  /** Scratch for one layer's vertices in picture and plane coordinates. */
  readonly #placed: number;
  readonly #vertexBytes: number;
  readonly #freeSlots: number[] = [];
  #top: number;
  #heap: Uint8Array<ArrayBuffer>;
  #openCanvases = 0;

  static async create(options: FaceRasterOptions): Promise<FaceRaster> {
    checkPicture(options);
    const instance = await WebAssembly.instantiate(options.program, {
      env: {
        abort: () => {
          throw faceError('raster_failed', 'The rasteriser aborted');
        },
      },
    });
    return new FaceRaster(options, instance.exports as unknown as RasterProgram);
  }

  private constructor({ rig, atlas, widthPx, heightPx }: FaceRasterOptions, program: RasterProgram) {
    this.#rig = rig;
    this.#program = program;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.#heap = new Uint8Array(program.memory.buffer as ArrayBuffer);
    this.#top = program.heapBase();
    this.#placement = placementOf({ rig, widthPx, heightPx });
    const planes = atlasPlanes(atlas, this.#placement.scale);
    this.#texelScale = [planes.width / atlas.width, planes.height / atlas.height];
    program.setAtlas(this.#place(planes.luma), this.#place(planes.chroma), this.#place(planes.alpha), planes.width, planes.height);
    this.#layers = this.#placeLayers(planes);
    this.#vertexBytes = rig.layers.reduce((bytes, layer) => bytes + layer.rest.byteLength, 0);
    this.#placed = this.#allocate(Math.max(...rig.layers.map((layer) => layer.rest.byteLength)));
    this.#bands = this.#allocate(Math.ceil(heightPx / BAND_ROWS) * 8);
    this.#openness = this.#allocate(this.#planeBytes);
    this.#firstMoving = countStaticLayers(rig);
    this.#background = this.#drawBackground();
  }

  get openCanvases(): number {
    return this.#openCanvases;
  }

  /** `stillnessPx`: movements of the picture below so many of its pixels wait until they add up; see FaceEvaluator. */
  openCanvas(options: { readonly stillnessPx?: number } = {}): FaceCanvas {
    const slot = this.#freeSlots.pop() ?? this.#allocate(this.#vertexBytes + this.frameBytes);
    this.#openCanvases++;
    return new FaceCanvas(this, new FaceEvaluator(this.#rig, { stillnessPx: (options.stillnessPx ?? 0) / this.#placement.scale }), slot);
  }

  /** Bytes of one I420 picture. */
  get frameBytes(): number {
    return (this.widthPx * this.heightPx * 3) / 2;
  }

  /** Bytes of a plane of the luma's size and one of the chroma's: a mask. */
  get #planeBytes(): number {
    return (this.widthPx * this.heightPx * 5) / 4;
  }

  [Symbol.dispose](): void {
    this.#freeSlots.length = 0;
  }

  /** For FaceCanvas: its picture, valid until the next call of this raster. */
  frameAt(slot: number): Uint8Array<ArrayBuffer> {
    return this.#memory().subarray(slot + this.#vertexBytes, slot + this.#vertexBytes + this.frameBytes);
  }

  /** For FaceCanvas. */
  releaseSlot(slot: number): void {
    this.#openCanvases--;
    this.#freeSlots.push(slot);
  }

  /** For FaceCanvas: brings the slot's picture up to date with the list. */
  drawInto(slot: number, list: DrawList): void {
    const memory = this.#memory();
    for (let i = this.#firstMoving; i < this.#layers.length; i++) {
      const drawn = list.layers[i];
      const placed = this.#layers[i];
      if (!drawn || !placed || !drawn.changed) continue;
      const { vertices } = drawn;
      memory.set(new Uint8Array(vertices.buffer, vertices.byteOffset, vertices.byteLength), slot + placed.verticesOffset);
    }
    const rows = this.#clip(list);
    if (!rows) return;
    const program = this.#program;
    program.setTarget(slot + this.#vertexBytes, this.#openness, this.widthPx, this.heightPx, this.#bands, rows.first, rows.end);
    program.clearClipped();
    const opacityOf = (i: number) => list.layers[i]?.opacity ?? 0;
    for (let i = this.#firstMoving; i < this.#layers.length; i++) {
      const { maskOut } = this.#layers[i] as PlacedLayer;
      if (maskOut === 0) continue;
      program.clearMask(maskOut);
      this.#drawLayer(i, slot, opacityOf(i), maskOut);
    }
    for (let i = this.#layers.length - 1; i >= this.#firstMoving; i--) this.#drawLayer(i, slot, opacityOf(i));
    program.addBehind(this.#background);
  }

  /** Into the picture, behind what is there; or only its alpha into a mask. */
  #drawLayer(index: number, slot: number, opacity: number, mask = 0): void {
    const level = Math.round(opacity * 256);
    if (level === 0) return;
    const { layer, indices, kinds, triangles, verticesOffset, maskIn } = this.#layers[index] as PlacedLayer;
    const { scale, offsetX, offsetY } = this.#placement;
    const [su, sv] = this.#texelScale;
    const sub = SUBPIXELS * scale;
    this.#program.placeVertices(
      slot + verticesOffset,
      this.#placed,
      layer.vertexCount,
      sub,
      TEXEL_ONE * su,
      TEXEL_ONE * sv,
      SUBPIXELS * offsetX,
      SUBPIXELS * offsetY,
    );
    this.#program.drawLayer(this.#placed, indices, kinds, triangles, level, maskIn, mask);
  }

  /** Translates the list's dirty bands into the program's clip spans; undefined when nothing has to be drawn. */
  #clip(list: DrawList): { first: number; end: number } | undefined {
    const { bandHeightPx, minX, maxX } = list.dirty;
    const { scale, offsetX, offsetY } = this.#placement;
    const bands = Math.ceil(this.heightPx / BAND_ROWS);
    const spans = new Int32Array(this.#memory().buffer, this.#bands, bands * 2);
    let first = -1;
    let end = 0;
    for (let band = 0; band < bands; band++) {
      const top = (band * BAND_ROWS - 2 - offsetY) / scale / bandHeightPx;
      const bottom = ((band + 1) * BAND_ROWS + 2 - offsetY) / scale / bandHeightPx;
      let left = Number.POSITIVE_INFINITY;
      let right = Number.NEGATIVE_INFINITY;
      const last = Math.min(minX.length - 1, Math.floor(bottom));
      for (let k = Math.max(0, Math.floor(top)); k <= last; k++) {
        left = Math.min(left, minX[k] as number);
        right = Math.max(right, maxX[k] as number);
      }
      const from = left <= right ? Math.max(0, 2 * Math.floor((left * scale + offsetX - 2) / 2)) : 0;
      const to = left <= right ? Math.min(this.widthPx, 2 * Math.ceil((right * scale + offsetX + 2) / 2)) : 0;
      spans[band * 2] = from;
      spans[band * 2 + 1] = to;
      if (from >= to) continue;
      if (first < 0) first = band * BAND_ROWS;
      end = Math.min(this.heightPx, (band + 1) * BAND_ROWS);
    }
    return first < 0 ? undefined : { first, end };
  }

  #placeLayers(planes: AtlasPlanes): PlacedLayer[] {
    const alpha = new AlphaIndex(planes);
    const { layers } = this.#rig;
    const masks = new Map<number, number>();
    for (const layer of layers) if (layer.mask >= 0 && !masks.has(layer.mask)) masks.set(layer.mask, this.#allocate(this.#planeBytes));
    let verticesOffset = 0;
    return layers.map((layer, index) => {
      const placed: PlacedLayer = {
        layer,
        indices: this.#place(new Uint8Array(layer.indices.buffer, layer.indices.byteOffset, layer.indices.byteLength)),
        kinds: this.#place(this.#triangleKinds(layer, alpha)),
        triangles: layer.indices.length / 3,
        verticesOffset,
        maskOut: masks.get(index) ?? 0,
        maskIn: masks.get(layer.mask) ?? 0,
      };
      verticesOffset += layer.rest.byteLength;
      return placed;
    });
  }

  #triangleKinds(layer: LoadedLayer, alpha: AlphaIndex): Uint8Array {
    const { indices, rest } = layer;
    const [su, sv] = this.#texelScale;
    const kinds = new Uint8Array(indices.length / 3);
    if (layer.opaque) return kinds.fill(OPAQUE);
    for (let t = 0; t < kinds.length; t++) {
      const us = [0, 1, 2].map((k) => (rest[(indices[t * 3 + k] as number) * 4 + 2] as number) * su);
      const vs = [0, 1, 2].map((k) => (rest[(indices[t * 3 + k] as number) * 4 + 3] as number) * sv);
      kinds[t] = alpha.kind(Math.min(...us), Math.min(...vs), Math.max(...us), Math.max(...vs));
    }
    return kinds;
  }

  #drawBackground(): number {
    const slot = this.#allocate(this.#vertexBytes + this.frameBytes);
    // The first call's slot: until then it holds a black picture.
    const first = this.#allocate(this.#vertexBytes + this.frameBytes);
    this.#freeSlots.push(first);
    const memory = this.#memory();
    const frame = slot + this.#vertexBytes;
    const black = first + this.#vertexBytes;
    const luma = this.widthPx * this.heightPx;
    memory.fill(BLACK.y, black, black + luma);
    memory.fill(BLACK.u, black + luma, black + this.frameBytes);
    const bands = Math.ceil(this.heightPx / BAND_ROWS);
    new Int32Array(memory.buffer, this.#bands, bands * 2).set(Array.from({ length: bands }, () => [0, this.widthPx]).flat());
    this.#program.setTarget(frame, this.#openness, this.widthPx, this.heightPx, this.#bands, 0, this.heightPx);
    this.#program.clearClipped();
    for (let i = this.#firstMoving - 1; i >= 0; i--) {
      const { layer, verticesOffset } = this.#layers[i] as PlacedLayer;
      memory.set(new Uint8Array(layer.rest.buffer, layer.rest.byteOffset, layer.rest.byteLength), slot + verticesOffset);
      this.#drawLayer(i, slot, Math.min(1, Math.max(0, layer.opacity.base)));
    }
    this.#program.addBehind(black);
    return frame;
  }

  #place(bytes: Uint8Array): number {
    const at = this.#allocate(bytes.length);
    this.#memory().set(bytes, at);
    return at;
  }

  /** 64 bytes of room behind each block: spans read up to three bytes past their end. */
  #allocate(bytes: number): number {
    const at = (this.#top + 63) & ~63;
    this.#top = at + bytes + 64;
    const { memory } = this.#program;
    const missing = this.#top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    return at;
  }

  /** Growing replaces the buffer, so views are made anew after it. */
  #memory(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#program.memory;
    if (this.#heap.buffer !== buffer) this.#heap = new Uint8Array(buffer as ArrayBuffer);
    return this.#heap;
  }
}

/** One call's picture: give it parameters, read its frame. Only what changed since the last frame is drawn. */
export class FaceCanvas implements Disposable {
  readonly #raster: FaceRaster;
  readonly #evaluator: FaceEvaluator;
  readonly #slot: number;
  #closed = false;

  constructor(raster: FaceRaster, evaluator: FaceEvaluator, slot: number) {
    this.#raster = raster;
    this.#evaluator = evaluator;
    this.#slot = slot;
  }

  get widthPx(): number {
    return this.#raster.widthPx;
  }

  get heightPx(): number {
    return this.#raster.heightPx;
  }

  /** The I420 picture: Y, U and V planes without padding. A view: valid until the next `paint` of any canvas of this raster. */
  get frame(): Uint8Array<ArrayBuffer> {
    return this.#raster.frameAt(this.#slot);
  }

  /** Draws the face; false when the picture is the last one again and nothing was drawn. */
  paint(parameters: FaceParameters): boolean {
    if (this.#closed) throw faceError('raster_failed', 'The canvas is closed');
    const list = this.#evaluator.evaluate(parameters);
    if (!list.changed) return false;
    this.#raster.drawInto(this.#slot, list);
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#raster.releaseSlot(this.#slot);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Leading layers that no parameter can change and that no other layer is masked by. */
function countStaticLayers(rig: LoadedRig): number {
  const masks = new Set(rig.layers.map((layer) => layer.mask));
  const first = rig.layers.findIndex(
    (layer, index) =>
      layer.morphs.length > 0 || layer.opacity.gains.length > 0 || layer.mask >= 0 || masks.has(index) || layer.follow.some((f) => f > 0),
  );
  return first < 0 ? rig.layers.length : first;
}
