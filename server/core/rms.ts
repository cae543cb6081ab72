/** Root mean square of the samples in [from, to), as far as there are any; 0 for none. */
export function rms(pcm: Int16Array, from = 0, to = pcm.length): number {
  const start = Math.max(0, from);
  const end = Math.min(pcm.length, to);
  let squares = 0;
  for (let i = start; i < end; i++) {
    const sample = pcm[i] as number;
    squares += sample * sample;
  }
  return Math.sqrt(squares / Math.max(1, end - start));
}
