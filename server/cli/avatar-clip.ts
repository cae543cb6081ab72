import { resolve } from 'node:path';
import { mediaTimeFromMs, SPEECH_RATE_HZ } from '../core/media-time.ts';
import { EMOTIONS, type Emotion, type SpokenPiece } from '../core/speech.ts';
import { withLoudness } from '../face/loudness.ts';
import { FacePerformer } from '../face/performer.ts';
import { buildRaster } from '../face/raster/build-raster.ts';
import { FaceRaster } from '../face/raster/raster.ts';
import { readAvatar } from '../rendering/avatar-folder.ts';
import { writeClip } from '../rendering/clip-file.ts';
import { createSpeaking } from '../speaking/speaking.ts';
import { type Avatars, avatarsOf, operandsOf, placeFlags, placeOf, wholeOf } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { outputPath } from './output-path.ts';

const USUAL_PX = 512;
const USUAL_S = 5;
const FRAMES_PER_S = 25;
/** The face is seen before it speaks, and after. */
const LEAD_IN_MS = 400;
const LEAD_OUT_MS = 600;
const MAX_TEXT_CHARS = 2_000;

const USUAL_TEXT: Readonly<Record<string, string>> = {
  en: 'Hello, it is good to see you. What would you like to talk about today?',
  ar: 'مرحباً، يسعدني أن أراك. عمّ تودّ أن نتحدث اليوم؟',
};

export const command: Command = {
  name: 'avatar clip',
  operands: 'NAME OUT.mp4',
  summary: 'a short film of an avatar speaking',
  flags: [
    ...placeFlags,
    { name: 'text', value: 'TEXT', summary: 'what it says' },
    { name: 'language', value: 'TAG', summary: 'language of the text (that of the persona)' },
    { name: 'voice', value: 'NAME', summary: 'folder of voices/ (the best one for the language)' },
    { name: 'emotion', value: 'EMOTION', summary: `${EMOTIONS.join(', ')} (happy)` },
    { name: 'size', value: 'PX', summary: `side of the picture, even (${USUAL_PX})` },
    { name: 'seconds', value: 'NUMBER', summary: `at least so long (${USUAL_S})` },
    { name: 'seed', value: 'NUMBER', summary: 'other blinks and glances (1)' },
  ],
  details: `NAME is an avatar of the folder, or a path with a slash. The film is H.264 and AAC, and says in its comment that it is synthetic.

  ./visavis avatar clip mia mia.mp4
  ./visavis avatar clip samir samir.mp4 --text "Good evening." --emotion neutral`,
  run: clip,
};

async function clip(invocation: Invocation): Promise<number> {
  const [operand, out] = operandsOf(invocation, 'NAME', 'OUT.mp4') as [string, string];
  const avatars = avatarsOf(invocation);
  const { avatarsDir, name } = placeOf(operand, avatars, invocation.workingDir);
  const path = outputPath(resolve(invocation.workingDir, out), ['.mp4']);
  const sizePx = 2 * Math.round(wholeOf(invocation, 'size', USUAL_PX, 128, 1920) / 2);
  const seconds = wholeOf(invocation, 'seconds', USUAL_S, 1, 120);
  const seed = wholeOf(invocation, 'seed', 1, 0, 0xffffffff);
  const emotion = (invocation.valuesOf('emotion').at(-1) ?? 'happy') as Emotion;
  if (!EMOTIONS.includes(emotion)) throw usageError('usage', `There is no emotion "${emotion}"; there are ${EMOTIONS.join(', ')}`);

  const { rig, atlas } = await readAvatar(avatarsDir, name);
  const pieces = await speak(invocation, avatars);
  const performer = new FacePerformer({ seed, emotions: rig.emotions });
  performer.setMode('listening', 0);
  performer.setEmotion(emotion, 0.5, 0);
  let endMs = LEAD_IN_MS;
  for (const piece of pieces) {
    performer.speak('clip', mediaTimeFromMs(endMs), withLoudness(piece.phones, piece.pcm, SPEECH_RATE_HZ));
    endMs += (piece.pcm.length * 1000) / SPEECH_RATE_HZ;
  }
  const durationMs = Math.max(seconds * 1000, endMs + LEAD_OUT_MS);

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
    comment: `Synthetic face and voice: the avatar ${name}, spoken by ${pieces[0]?.engine ?? 'nobody'}, made with Visavis`,
  });
  process.stdout.write(`${path}  ${(durationMs / 1000).toFixed(1)} s, written by ${engine}\n`);
  return 0;
}

async function speak(invocation: Invocation, { config }: Avatars): Promise<SpokenPiece[]> {
  const language = invocation.valuesOf('language').at(-1) ?? config.persona.language;
  const text = (invocation.valuesOf('text').at(-1) ?? USUAL_TEXT[language.split('-', 1)[0] ?? 'en'] ?? USUAL_TEXT['en'] ?? '').trim();
  if (text === '' || text.length > MAX_TEXT_CHARS)
    throw usageError('usage', `The text has ${text.length} characters; it takes 1 to ${MAX_TEXT_CHARS}`);
  await using speaking = await createSpeaking(config.speaking);
  const voice = invocation.valuesOf('voice').at(-1) ?? speaking.defaultVoice(language);
  const whole = (async function* () {
    yield text;
  })();
  const pieces: SpokenPiece[] = [];
  for await (const piece of speaking.speak(whole, { voice, language, signal: new AbortController().signal })) pieces.push(piece);
  return pieces;
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
