import { FacePerformer } from '../../server/face/performer.ts';
import type { FaceParameters } from '../../server/face/parameters.ts';
import type { Rig } from '../../server/face/rig.ts';

export const FRAMES_PER_S = 25;
/** Of one frame, in media time. */
export const FRAME_TIME = 1920;
export const MODES = ['speaking', 'idle'] as const;
export type Mode = (typeof MODES)[number];

const SYMBOLS = ['h', 'ɛ', 'l', 'oʊ', 'm', 'a', 's', 'i', 'f', 'u', 'n', 'ɑ'];
const PHONE_MS = 90;

/** What a face does in 36 seconds of talk without a pause, or of idling. */
export function performer(mode: Mode, emotions: Rig['emotions']): FacePerformer {
  const face = new FacePerformer({ seed: 1, emotions });
  face.setMode(mode, 0);
  const phones = Array.from({ length: 400 }, (_, i) => ({
    symbol: SYMBOLS[i % SYMBOLS.length] as string,
    startMs: i * PHONE_MS,
    endMs: (i + 1) * PHONE_MS,
    stressed: i % 4 === 1,
  }));
  if (mode === 'speaking') face.speak('turn', 0, phones);
  return face;
}

/** The frames of a talk, made beforehand where only drawing is measured. */
export function spokenFrames(emotions: Rig['emotions'], count: number): FaceParameters[] {
  const face = performer('speaking', emotions);
  return Array.from({ length: count }, (_, i) => face.frameAt(i * FRAME_TIME).slice());
}

/** Processor time of the whole process, mean over the frames after a warm-up, ms. */
export async function cpuPerFrameMs(frames: number, frame: () => unknown): Promise<number> {
  for (let i = 0; i < FRAMES_PER_S; i++) await frame();
  const before = process.cpuUsage();
  for (let i = 0; i < frames; i++) await frame();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / frames;
}

/** How many talking faces one core draws in time. */
export const facesPerCore = (cpuMs: number): string => (1000 / FRAMES_PER_S / cpuMs).toFixed(cpuMs > 4 ? 1 : 0);
