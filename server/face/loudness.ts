import { rms } from '../core/rms.ts';
import type { Phone } from '../core/speech.ts';

/** The loud phones of speech at its usual level; what is louder counts as 1 too. */
const LOUD_SHARE = 0.9;

/**
 * Adds to each phone how loud it sounds (RMS, 0..1 of the loud phones of the same piece), so that the mouth opens as the
 * voice does: people open their mouths wider for what they say louder (Chandrasekaran et al., "The natural statistics
 * of audiovisual speech", 2009).
 */
export function withLoudness(phones: readonly Phone[], pcm: Int16Array, sampleRateHz: number): Phone[] {
  const sampleAt = (ms: number) => Math.floor((ms * sampleRateHz) / 1000);
  const levels = phones.map(({ startMs, endMs }) => rms(pcm, sampleAt(startMs), sampleAt(endMs)));
  const ordered = levels.filter((level) => level > 0).sort((a, b) => a - b);
  const loud = ordered[Math.floor((ordered.length - 1) * LOUD_SHARE)] ?? 0;
  return phones.map((phone, i) => (loud > 0 ? { ...phone, loudness: Math.min(1, (levels[i] as number) / loud) } : phone));
}
