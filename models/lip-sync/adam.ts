/** Adam with decoupled weight decay (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019). */
const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

export interface AdamState {
  readonly first: Float32Array;
  readonly second: Float32Array;
  steps: number;
}

export const adamState = (size: number): AdamState => ({ first: new Float32Array(size), second: new Float32Array(size), steps: 0 });

/** One step down the gradient, which is shortened to `longest` if it is longer. */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  state: AdamState,
  rate: number,
  decay: number,
  longest: number,
): void {
  let squares = 0;
  for (const g of gradient) squares += g * g;
  const shorten = Math.min(1, longest / (Math.sqrt(squares) + EPSILON));
  state.steps++;
  const unbias1 = 1 - BETA_1 ** state.steps;
  const unbias2 = 1 - BETA_2 ** state.steps;
  for (let i = 0; i < weights.length; i++) {
    const g = (gradient[i] as number) * shorten;
    const m = BETA_1 * (state.first[i] as number) + (1 - BETA_1) * g;
    const v = BETA_2 * (state.second[i] as number) + (1 - BETA_2) * g * g;
    state.first[i] = m;
    state.second[i] = v;
    const w = weights[i] as number;
    weights[i] = w - rate * (m / unbias1 / (Math.sqrt(v / unbias2) + EPSILON) + decay * w);
  }
}
