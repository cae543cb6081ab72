import { VISEMES } from '../parameters.ts';
import { FEATURES } from './sound-features.ts';

/**
 * A small temporal convolutional network (Bai et al., "An empirical evaluation of generic convolutional and recurrent
 * networks for sequence modeling", 2018). Each layer sees rows of the one below at these offsets, in rows of 10 ms; offsets
 * above 0 look ahead, those below may reach far, since the past costs no delay.
 */
export interface LayerShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly offsets: readonly number[];
  /** Its output is added to its input; without it, it replaces it. */
  readonly isResidual: boolean;
}

const WIDTH = 64;
const layer = (inputs: number, offsets: readonly number[], isResidual = true): LayerShape => ({
  inputs,
  outputs: WIDTH,
  offsets,
  isResidual,
});

/** All but the last are rectified; the last gives the logit of each viseme. */
export const LAYERS: readonly LayerShape[] = [
  layer(FEATURES, [-3, -2, -1, 0, 1, 2, 3], false),
  layer(WIDTH, [-2, 0, 2]),
  layer(WIDTH, [-8, -4, 0]),
  layer(WIDTH, [-16, -8, 0]),
  { inputs: WIDTH, outputs: VISEMES.length, offsets: [0], isResidual: false },
];

export const fanIn = ({ inputs, offsets }: LayerShape): number => inputs * offsets.length;
export const layerLookAhead = ({ offsets }: LayerShape): number => Math.max(0, ...offsets);

/** Rows of the future that an answer needs. */
export const LOOK_AHEAD_ROWS = LAYERS.reduce((rows, shape) => rows + layerLookAhead(shape), 0);

/** Of one layer: `weights` holds `outputs` rows of `fanIn` numbers, offset by offset. */
export interface LayerWeights {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}
