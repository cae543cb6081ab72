/** Levels of speech, in dB of full scale. Samples are floats in the 16-bit range. */
const FULL_SCALE = 32_768;
const FRAME_MS = 20;
/** Gates as in ITU-R BS.1770: silence never counts, and neither do frames far below the speech itself. */
const ABSOLUTE_GATE_DB = -60;
const RELATIVE_GATE_DB = -12;
const MAX_GAIN_DB = 30;
/** Peaks stay below this, so that an Opus encoder's overshoot does not clip either. */
const CEILING = FULL_SCALE * 10 ** (-1 / 20);
const LIMITER_MS = 4;

const db = (power: number): number => 10 * Math.log10(power / FULL_SCALE ** 2);

/** RMS of the frames that hold speech, dB of full scale; -Infinity for silence. */
export function speechLevelDb(samples: ArrayLike<number>, sampleRateHz: number): number {
  const frame = Math.max(1, Math.round((sampleRateHz * FRAME_MS) / 1000));
  const powers: number[] = [];
  for (let start = 0; start < samples.length; start += frame) {
    const end = Math.min(samples.length, start + frame);
    let sum = 0;
    for (let i = start; i < end; i++) sum += (samples[i] as number) ** 2;
    const power = sum / (end - start);
    if (db(power) > ABSOLUTE_GATE_DB) powers.push(power);
  }
  if (powers.length === 0) return -Infinity;
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const gateDb = db(mean(powers)) + RELATIVE_GATE_DB;
  return db(mean(powers.filter((power) => db(power) > gateDb)));
}

/** Brings speech to `targetDb` in place; peaks beyond the ceiling are turned down smoothly around them. */
export function normaliseLoudness(samples: Float32Array, sampleRateHz: number, targetDb: number): void {
  const levelDb = speechLevelDb(samples, sampleRateHz);
  if (levelDb === -Infinity) return;
  const gain = 10 ** (Math.min(MAX_GAIN_DB, targetDb - levelDb) / 20);
  for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] as number) * gain;
  limit(samples, Math.max(1, Math.round((sampleRateHz * LIMITER_MS) / 1000)));
}

/** Look-ahead limiter over a whole piece: around each peak the gain falls and rises along a straight line. */
function limit(samples: Float32Array, reach: number): void {
  let gains: Float32Array | undefined;
  for (let i = 0; i < samples.length; i++) {
    const peak = Math.abs(samples[i] as number);
    if (peak <= CEILING) continue;
    gains ??= new Float32Array(samples.length).fill(1);
    const needed = CEILING / peak;
    const end = Math.min(samples.length, i + reach + 1);
    for (let k = Math.max(0, i - reach); k < end; k++) {
      const gain = needed + ((1 - needed) * Math.abs(k - i)) / reach;
      if (gain < (gains[k] as number)) gains[k] = gain;
    }
  }
  if (gains) for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] as number) * (gains[i] as number);
}

/** Raised-cosine fade of the first `inSamples` and the last `outSamples`, in place. */
export function fadeEdges(samples: Float32Array, inSamples: number, outSamples: number): void {
  const curve = (x: number) => 0.5 - 0.5 * Math.cos(Math.PI * x);
  const fadeIn = Math.min(inSamples, samples.length);
  for (let i = 0; i < fadeIn; i++) samples[i] = (samples[i] as number) * curve(i / fadeIn);
  const fadeOut = Math.min(outSamples, samples.length);
  for (let i = 0; i < fadeOut; i++) {
    const at = samples.length - 1 - i;
    samples[at] = (samples[at] as number) * curve(i / fadeOut);
  }
}
