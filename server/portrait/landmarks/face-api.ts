import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import type { Point } from '../numeric/curve.ts';
import type { FoundFace, LandmarkEngine, LandmarkEngineFile, RgbPicture } from './landmark-engine.ts';

/**
 * @vladmandic/face-api (MIT) on the WASM backend of TensorFlow.js: an SSD MobileNet detector and a 68-point network,
 * whose weights lie in the package. Needs some 500 MB while it runs, so it belongs into a short-lived process.
 */
const require = createRequire(import.meta.url);

interface Tensor {
  readonly size: number;
  dispose(): void;
}

/** What of tfjs-core is used here. */
interface TensorFlow {
  readonly Tensor: { readonly prototype: Record<string, unknown> };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor3d(data: Uint8Array, shape: readonly [number, number, number], type: 'int32'): Tensor;
  reshape(tensor: Tensor, shape: readonly number[]): Tensor;
  cast(tensor: Tensor, type: string): Tensor;
}

interface Net {
  loadFromDisk(folder: string): Promise<void>;
}

interface FaceApi {
  readonly nets: {
    readonly ssdMobilenetv1: Net & {
      locateFaces(
        input: Tensor,
        options: object,
      ): Promise<{ score: number; box: { x: number; y: number; width: number; height: number } }[]>;
    };
    readonly faceLandmark68Net: Net & { detectLandmarks(input: Tensor): Promise<{ positions: Point[] }> };
  };
  readonly SsdMobilenetv1Options: new (options: { minConfidence: number; maxResults: number }) => object;
}

const PACKAGES = ['@vladmandic/face-api', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] as const;
const MIN_CONFIDENCE = 0.3;
const MAX_FACES = 12;

export const faceApi: LandmarkEngineFile = {
  id: 'face-api',
  isInstalled() {
    try {
      for (const name of PACKAGES) require.resolve(`${name}/package.json`);
      return true;
    } catch {
      return false;
    }
  },
  open: () => FaceApiEngine.open(),
};

class FaceApiEngine implements LandmarkEngine {
  readonly id = 'face-api';
  readonly #tf: TensorFlow;
  readonly #api: FaceApi;
  readonly #options: object;

  private constructor(tf: TensorFlow, api: FaceApi) {
    this.#tf = tf;
    this.#api = api;
    this.#options = new api.SsdMobilenetv1Options({ minConfidence: MIN_CONFIDENCE, maxResults: MAX_FACES });
  }

  static async open(): Promise<FaceApiEngine> {
    // The package asks for all of TensorFlow.js (220 MB more), but needs its core alone, plus the chained methods below.
    const hooks = registerHooks({
      resolve: (specifier, context, next) => next(specifier === '@tensorflow/tfjs' ? '@tensorflow/tfjs-core' : specifier, context),
    });
    try {
      const tf = require('@tensorflow/tfjs-core') as TensorFlow;
      addChainedMethods(tf);
      const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
      wasm.setWasmPaths(`${join(folderOf('@tensorflow/tfjs-backend-wasm'), 'dist')}/`);
      const api = require('@vladmandic/face-api/dist/face-api.node-wasm.js') as FaceApi;
      await tf.setBackend('wasm');
      await tf.ready();
      const models = join(folderOf('@vladmandic/face-api'), 'model');
      await api.nets.ssdMobilenetv1.loadFromDisk(models);
      await api.nets.faceLandmark68Net.loadFromDisk(models);
      return new FaceApiEngine(tf, api);
    } finally {
      hooks.deregister();
    }
  }

  async detect(picture: RgbPicture): Promise<readonly FoundFace[]> {
    const faces = await this.#with(picture, (tensor) => this.#api.nets.ssdMobilenetv1.locateFaces(tensor, this.#options));
    return faces.map(({ score, box: { x, y, width, height } }) => ({ score, x, y, width, height })).sort((a, b) => b.score - a.score);
  }

  async locate(face: RgbPicture): Promise<readonly Point[]> {
    const { positions } = await this.#with(face, (tensor) => this.#api.nets.faceLandmark68Net.detectLandmarks(tensor));
    return positions.map(({ x, y }) => ({ x, y }));
  }

  async #with<T>({ width, height, data }: RgbPicture, work: (tensor: Tensor) => Promise<T>): Promise<T> {
    const tensor = this.#tf.tensor3d(data, [height, width, 3], 'int32');
    try {
      return await work(tensor);
    } finally {
      tensor.dispose();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The process ends with the import, and the networks with it.
  }
}

const folderOf = (name: string): string => dirname(require.resolve(`${name}/package.json`));

/** `tensor.add(x)` for `tf.add(tensor, x)` and so on: what tfjs-core leaves to the package around it. */
function addChainedMethods(tf: TensorFlow): void {
  const methods = tf.Tensor.prototype;
  const functions = tf as unknown as Record<string, (...values: unknown[]) => unknown>;
  for (const name of [
    'add',
    'sub',
    'mul',
    'div',
    'mean',
    'sum',
    'max',
    'min',
    'expandDims',
    'squeeze',
    'slice',
    'transpose',
    'pad',
    'softmax',
  ]) {
    methods[name] ??= function (this: Tensor, ...rest: unknown[]) {
      return functions[name]!(this, ...rest);
    };
  }
  methods['as1D'] ??= function (this: Tensor) {
    return tf.reshape(this, [this.size]);
  };
  for (const name of ['as2D', 'as3D', 'as4D', 'reshape']) {
    methods[name] ??= function (this: Tensor, ...shape: (number | number[])[]) {
      return tf.reshape(this, shape.flat());
    };
  }
  methods['toInt'] ??= function (this: Tensor) {
    return tf.cast(this, 'int32');
  };
  methods['toFloat'] ??= function (this: Tensor) {
    return tf.cast(this, 'float32');
  };
}
