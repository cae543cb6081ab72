import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-web';

const require = createRequire(import.meta.url);

/**
 * onnxruntime-node where its native library loads, else the WebAssembly build, which costs about twice the time. Both
 * have the same interface. Models run in child processes only.
 */
export async function loadOnnxRuntime(prefer: 'native' | 'wasm' = 'native'): Promise<{ ort: typeof Ort; kind: 'native' | 'wasm' }> {
  if (prefer === 'native') {
    try {
      return { ort: require('onnxruntime-node') as typeof Ort, kind: 'native' };
    } catch {
      // No native build for this platform or not installed: it is an optional dependency.
    }
  }
  const ort = await import('onnxruntime-web');
  // Threads need cross-origin isolation in browsers and gain nothing on small models.
  ort.env.wasm.numThreads = 1;
  return { ort, kind: 'wasm' };
}
