import type { Phone } from '../core/speech.ts';

/** The loud phones of speech at its usual level; what is louder counts as 1 too. */
const LOUD_SHARE = 0.9;

/**
 * Adds to each phone how loud it sounds (RMS, 0..1 of the loud phones of the same piece), so that the mouth opens as the
 * voice does: people open their mouths wider for what they say louder (Chandrasekaran et al., "The natural statistics
 * of audiovisual speech", 2009).
 */
export function withLoudness(phones: readonly Phone[], pcm: Int16Array, sampleRateHz: number): Phone[] {
  const levels = phones.map(({ startMs, endMs }) => {
    const span = pcm.subarray(Math.max(0, Math.floor((startMs * sampleRateHz) / 1000)), Math.floor((endMs * sampleRateHz) / 1000));
    let squares = 0;
    for (const sample of span) squares += sample * sample;
    return Math.sqrt(squares / Math.max(1, span.length));
  });
  const ordered = levels.filter((level) => level > 0).sort((a, b) => a - b);
  const loud = ordered[Math.floor((ordered.length - 1) * LOUD_SHARE)] ?? 0;
  return phones.map((phone, i) => (loud > 0 ? { ...phone, loudness: Math.min(1, (levels[i] as number) / loud) } : phone));
}
