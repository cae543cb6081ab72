import { BLOCK_MS, type Recording } from './recorder.ts';

/** Everything is on the recording's axis: milliseconds of the page's audio clock. */

/** -46 dB of full scale: quieter is not speech of the avatar, whose level is -20 dB. */
const AUDIBLE = 0.005;

export const blockAt = (recording: Recording, atMs: number): number => Math.floor((atMs - recording.startMs) / BLOCK_MS);
export const timeOf = (recording: Recording, block: number): number => recording.startMs + block * BLOCK_MS;

/** First audible moment of the avatar at or after `fromMs`: three blocks (8 ms) running, so that a click is no word. */
export function avatarOnset(recording: Recording, fromMs: number, untilMs = Number.POSITIVE_INFINITY): number | undefined {
  const { avatarRms } = recording;
  const end = Math.min(avatarRms.length - 2, blockAt(recording, untilMs));
  for (let i = Math.max(0, blockAt(recording, fromMs)); i < end; i++) {
    if (audible(avatarRms, i) && audible(avatarRms, i + 1) && audible(avatarRms, i + 2)) return timeOf(recording, i);
  }
  return undefined;
}

/** When the avatar falls silent for at least `forMs`, at or after `fromMs`. */
export function avatarSilence(recording: Recording, fromMs: number, forMs: number): number | undefined {
  const { avatarRms } = recording;
  const needed = Math.ceil(forMs / BLOCK_MS);
  let quiet = 0;
  for (let i = Math.max(0, blockAt(recording, fromMs)); i < avatarRms.length; i++) {
    quiet = audible(avatarRms, i) ? 0 : quiet + 1;
    if (quiet === needed) return timeOf(recording, i - needed + 1);
  }
  return undefined;
}

/** When the avatar's level has dropped by `dropDb` against the half second before `fromMs`, over windows of 60 ms. */
export function avatarDuck(recording: Recording, fromMs: number, dropDb: number, untilMs: number): number | undefined {
  const level = (atMs: number, widthMs: number) => {
    const from = Math.max(0, blockAt(recording, atMs));
    const blocks = recording.avatarRms.subarray(from, from + Math.ceil(widthMs / BLOCK_MS));
    // The loudest third: pauses between words are not a duck.
    const loud = [...blocks].sort((a, b) => b - a).slice(0, Math.max(1, blocks.length / 3));
    return 20 * Math.log10(loud.reduce((sum, value) => sum + value, 0) / loud.length + 1e-9);
  };
  const before = level(fromMs - 500, 500);
  for (let atMs = fromMs; atMs < untilMs; atMs += 10) if (level(atMs, 120) < before - dropDb) return atMs;
  return undefined;
}

/** First and last sample of a clip that is louder than 2 % of full scale, milliseconds from its beginning. */
export function speechSpan(pcm: Int16Array, rateHz: number): { startMs: number; endMs: number } {
  const threshold = 650;
  let first = pcm.findIndex((value) => Math.abs(value) > threshold);
  let last = pcm.findLastIndex((value) => Math.abs(value) > threshold);
  if (first < 0) [first, last] = [0, pcm.length];
  return { startMs: (first * 1000) / rateHz, endMs: (last * 1000) / rateHz };
}

/** First frame at or after `fromMs` in which the mouth visibly moves (well above what breathing and head motion do). */
export function lipOnset(recording: Recording, fromMs: number, untilMs: number): number | undefined {
  const idle = recording.frames.filter(({ atMs }) => atMs > fromMs - 600 && atMs < fromMs).map(({ mouthChange }) => mouthChange);
  const calm = idle.sort((a, b) => a - b)[Math.floor(idle.length * 0.9)] ?? 0;
  return recording.frames.find(({ atMs, mouthChange }) => atMs >= fromMs && atMs < untilMs && mouthChange > Math.max(1.2, calm * 2.5))
    ?.atMs;
}

export interface FrameFigures {
  readonly framesPerS: number;
  readonly largestGapMs: number;
  /** Gaps of more than 150 ms and more than three frames (as Chromium counts freezes). */
  readonly freezes: number;
}

/** Over one or several spans of time. */
export function frameFigures(recording: Recording, spans: readonly { fromMs: number; toMs: number }[]): FrameFigures {
  const gaps = spans.flatMap(({ fromMs, toMs }) => {
    const times = recording.frames.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs && atMs <= toMs);
    return times.slice(1).map((atMs, i) => atMs - (times[i] as number));
  });
  const average = gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, gaps.length);
  return {
    framesPerS: 1000 / average,
    largestGapMs: Math.max(0, ...gaps),
    freezes: gaps.filter((gap) => gap > Math.max(150, 3 * average)).length,
  };
}

function audible(levels: Float32Array, index: number): boolean {
  return (levels[index] ?? 0) > AUDIBLE;
}
