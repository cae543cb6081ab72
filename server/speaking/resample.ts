/**
 * Sample rate conversion of whole pieces by a polyphase windowed sinc (J. O. Smith, "Digital Audio Resampling"). The
 * kernel is symmetric about each output sample, so nothing is delayed and phone times stay as they are.
 */
const ZERO_CROSSINGS = 16;
/** Kaiser window: about 80 dB stop band. */
const KAISER_BETA = 8;
/** Pass band as a share of the lower Nyquist frequency; the rest is the transition. */
const PASS_BAND = 0.94;

interface Kernel {
  readonly up: number;
  readonly down: number;
  readonly taps: number;
  /** `up` rows of `taps` coefficients. */
  readonly rows: Float32Array;
}

const kernels = new Map<string, Kernel>();

/** Gives `round(length * toHz / fromHz)` samples of float PCM, not limited to the 16-bit range. */
export function resample(pcm: Int16Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return Float32Array.from(pcm);
  const { up, down, taps, rows } = kernelFor(fromHz, toHz);
  const out = new Float32Array(Math.round((pcm.length * up) / down));
  const half = taps / 2;
  for (let n = 0; n < out.length; n++) {
    const position = n * down;
    const base = Math.floor(position / up) - half + 1;
    const row = (position % up) * taps;
    const from = Math.max(0, -base);
    const to = Math.min(taps, pcm.length - base);
    let sum = 0;
    for (let k = from; k < to; k++) sum += (pcm[base + k] as number) * (rows[row + k] as number);
    out[n] = sum;
  }
  return out;
}

function kernelFor(fromHz: number, toHz: number): Kernel {
  const key = `${fromHz}:${toHz}`;
  let kernel = kernels.get(key);
  if (!kernel) {
    kernel = makeKernel(fromHz, toHz);
    kernels.set(key, kernel);
  }
  return kernel;
}

function makeKernel(fromHz: number, toHz: number): Kernel {
  const common = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / common;
  const down = fromHz / common;
  // Cut-off in cycles per input sample.
  const cutoff = 0.5 * PASS_BAND * Math.min(1, toHz / fromHz);
  const halfWidth = ZERO_CROSSINGS / (2 * cutoff);
  const taps = 2 * Math.ceil(halfWidth);
  const rows = new Float32Array(up * taps);
  for (let phase = 0; phase < up; phase++) {
    const row = rows.subarray(phase * taps, (phase + 1) * taps);
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const t = k - taps / 2 + 1 - phase / up;
      const x = 2 * cutoff * t;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      const value = 2 * cutoff * sinc * kaiser(t / halfWidth);
      row[k] = value;
      sum += value;
    }
    // Unity gain at DC in every phase, else the phases' differences are heard as a tone.
    for (let k = 0; k < taps; k++) row[k] = (row[k] as number) / sum;
  }
  return { up, down, taps, rows };
}

const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / besselI0(KAISER_BETA));

function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
