import type { FaceParameters } from '../../../server/face/parameters.ts';

/** What is to draw faces in the page. `auto`: a graphics card where there is a real one; `webgpu`: also one that the processor computes. */
export const RENDERER_WISHES = ['auto', 'webgpu', 'wasm'] as const;
export type RendererWish = (typeof RENDERER_WISHES)[number];
export type Renderer = Exclude<RendererWish, 'auto'>;

/** One avatar at one size on one canvas, by whatever draws a draw list (server/face/evaluator.ts). All give the same picture. */
export interface FaceDrawing extends Disposable {
  readonly renderer: Renderer;
  /** No more can be drawn; the last picture stays. */
  readonly isLost: boolean;
  draw(parameters: FaceParameters): void;
}

/** Movements below so many of the canvas's pixels wait until they add up. */
export const STILLNESS_PX = 0.3;
