/** Sound for tests that needs no voice: hisses, buzzes and silences, repeatable. */
export function hiss(ms: number, sampleRateHz: number, amplitude = 0.2): Float32Array {
  let seed = 7;
  let before = 0;
  return Float32Array.from({ length: (ms * sampleRateHz) / 1000 }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const noise = seed / 2 ** 31 - 1;
    // Only its treble, as of an s.
    const treble = noise - 0.9 * before;
    before = noise;
    return amplitude * treble;
  });
}

/** A vowel: pulses of 120 Hz through three resonances. */
export function vowel(ms: number, sampleRateHz: number, formantsHz: readonly number[] = [730, 1_090, 2_440]): Float32Array {
  const length = (ms * sampleRateHz) / 1000;
  let sound = Float32Array.from({ length }, (_, i) => (i % Math.round(sampleRateHz / 120) === 0 ? 1 : 0));
  for (const hz of formantsHz) {
    const radius = Math.exp((-Math.PI * 90) / sampleRateHz);
    const a1 = 2 * radius * Math.cos((2 * Math.PI * hz) / sampleRateHz);
    const gain = 1 - a1 + radius * radius;
    let [y1, y2] = [0, 0];
    sound = sound.map((x) => {
      const y = gain * x + a1 * y1 - radius * radius * y2;
      [y2, y1] = [y1, y];
      return y;
    });
  }
  const peak = sound.reduce((top, v) => Math.max(top, Math.abs(v)), 0);
  return sound.map((v) => (0.5 * v) / peak);
}

export const silence = (ms: number, sampleRateHz: number): Float32Array => new Float32Array((ms * sampleRateHz) / 1000);

export const pcmOf = (...parts: readonly Float32Array[]): Int16Array =>
  Int16Array.from(
    parts.flatMap((part) => [...part]),
    (v) => Math.round(32_767 * v),
  );
