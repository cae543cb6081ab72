import { mediaTimeFromMs, SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { Emotion, SpokenPiece } from '../core/speech.ts';
import { withLoudness } from '../face/loudness.ts';
import { FacePerformer } from '../face/performer.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import { FaceRaster } from '../face/raster/raster.ts';
import type { Avatar } from './read-avatar.ts';
import type { ClipEngine } from './clip.ts';
import { writeClip } from './clip-file.ts';

export interface SpeakingClip {
  readonly avatar: Avatar;
  /** What it says; nothing: it only lives. */
  readonly pieces: readonly SpokenPiece[];
  /** BCP 47 of what it says: lips move as people of that language move them. English when not given. */
  readonly language?: string;
  readonly path: string;
  /** Even. */
  readonly sizePx: number;
  readonly atLeastMs: number;
  readonly emotion: Emotion;
  readonly seed: number;
}

const FRAMES_PER_S = 25;
/** The face is seen before it speaks, and after. */
const LEAD_IN_MS = 400;
const LEAD_OUT_MS = 600;

/** A film of an avatar that speaks, marked as synthetic. @throws VisavisError `encoder_missing`, `encoder_failed` */
export async function writeSpeakingClip(clip: SpeakingClip): Promise<{ engine: ClipEngine; durationMs: number }> {
  const { avatar, pieces, language, path, sizePx, emotion, seed } = clip;
  const { rig, atlas } = avatar;
  const performer = new FacePerformer({ seed, emotions: rig.emotions });
  performer.setMode('listening', 0);
  performer.setEmotion(emotion, 0.5, 0);
  let endMs = LEAD_IN_MS;
  for (const piece of pieces) {
    performer.speak('clip', mediaTimeFromMs(endMs), withLoudness(piece.phones, piece.pcm, SPEECH_RATE_HZ), language);
    endMs += (piece.pcm.length * 1000) / SPEECH_RATE_HZ;
  }
  const durationMs = Math.max(clip.atLeastMs, endMs + LEAD_OUT_MS);

  const program = await WebAssembly.compile((await buildRaster()).bytes);
  using raster = await FaceRaster.create({ program, rig, atlas, widthPx: sizePx, heightPx: sizePx });
  using canvas = raster.openCanvas();
  const frames = function* (): Generator<Uint8Array> {
    for (let i = 0; i < Math.round((durationMs * FRAMES_PER_S) / 1000); i++) {
      const ms = (i * 1000) / FRAMES_PER_S;
      const time = mediaTimeFromMs(ms);
      performer.setMode(ms < LEAD_IN_MS / 2 || ms > endMs ? 'listening' : 'speaking', time);
      canvas.paint(performer.frameAt(time));
      yield canvas.frame;
    }
  };
  const engine = await writeClip({
    path,
    widthPx: sizePx,
    heightPx: sizePx,
    framesPerS: FRAMES_PER_S,
    frames: frames(),
    pcm: soundOf(pieces, durationMs),
    sampleRateHz: SPEECH_RATE_HZ,
    title: rig.title,
    comment: `Synthetic face and voice: the avatar ${rig.name}, spoken by ${pieces[0]?.engine ?? 'nobody'}, made with Visavis`,
  });
  return { engine, durationMs };
}

/** The pieces one after the other, between the silences of the beginning and the end. */
function soundOf(pieces: readonly SpokenPiece[], durationMs: number): Int16Array {
  const sound = new Int16Array(Math.ceil((durationMs * SPEECH_RATE_HZ) / 1000));
  let at = Math.round((LEAD_IN_MS * SPEECH_RATE_HZ) / 1000);
  for (const { pcm } of pieces) {
    sound.set(pcm, at);
    at += pcm.length;
  }
  return sound;
}
