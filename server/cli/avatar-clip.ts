import { resolve } from 'node:path';
import type { Character } from '../core/character.ts';
import { EMOTIONS, type Emotion, type SpokenPiece } from '../core/speech.ts';
import { readAvatar } from '../rendering/read-avatar.ts';
import { writeSpeakingClip } from '../rendering/speaking-clip.ts';
import { sayAloud } from '../avatars/say-aloud.ts';
import { usualSentence } from '../avatars/usual-sentence.ts';
import { voiceOf } from '../session/character.ts';
import { createSpeaking } from '../speaking/speaking.ts';
import { type Avatars, avatarsOf, operandsOf, placeFlags, placeOf, wholeOf } from './avatar-place.ts';
import { type Command, type Invocation, usageError } from './command.ts';
import { outputPath } from './output-path.ts';
import { recordedSpeech } from './recorded-speech.ts';

const USUAL_PX = 512;
const USUAL_S = 5;
const MAX_TEXT_CHARS = 2_000;

export const command: Command = {
  name: 'avatar clip',
  operands: 'NAME OUT.mp4',
  summary: 'a short film of an avatar speaking',
  flags: [
    ...placeFlags,
    { name: 'text', value: 'TEXT', summary: 'what it says' },
    { name: 'audio', value: 'FILE.wav', summary: 'a recording that it speaks instead; the lips follow its sound' },
    { name: 'language', value: 'TAG', summary: 'language of the text (that of the persona)' },
    { name: 'voice', value: 'NAME', summary: 'folder of voices/ (the avatar’s own)' },
    { name: 'emotion', value: 'EMOTION', summary: `${EMOTIONS.join(', ')} (happy)` },
    { name: 'size', value: 'PX', summary: `side of the picture, even (${USUAL_PX})` },
    { name: 'seconds', value: 'NUMBER', summary: `at least so long (${USUAL_S})` },
    { name: 'seed', value: 'NUMBER', summary: 'other blinks and glances (1)' },
  ],
  details: `NAME is an avatar of the folder, or a path with a slash. The film is H.264 and AAC, and says in its comment that it is synthetic.

  ./visavis avatar clip mia mia.mp4
  ./visavis avatar clip samir samir.mp4 --text "Good evening." --emotion neutral
  ./visavis avatar clip mia mia.mp4 --audio speech.wav`,
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

  const avatar = await readAvatar(avatarsDir, name);
  const audio = invocation.valuesOf('audio').at(-1);
  const { character } = avatar.rig;
  const language = invocation.valuesOf('language').at(-1) ?? avatars.config.persona.language;
  const pieces =
    audio === undefined
      ? await speak(invocation, avatars, language, name, character)
      : [await recordedSpeech(resolve(invocation.workingDir, audio))];
  const clip = { avatar, pieces, language, path, sizePx, atLeastMs: seconds * 1000, emotion, seed };
  const { engine, durationMs } = await writeSpeakingClip(clip);
  process.stdout.write(`${path}  ${(durationMs / 1000).toFixed(1)} s, written by ${engine}\n`);
  return 0;
}

async function speak(
  invocation: Invocation,
  { config }: Avatars,
  language: string,
  name: string,
  character: Character | undefined,
): Promise<SpokenPiece[]> {
  const text = (invocation.valuesOf('text').at(-1) ?? usualSentence(language)).trim();
  if (text === '' || text.length > MAX_TEXT_CHARS)
    throw usageError('usage', `The text has ${text.length} characters; it takes 1 to ${MAX_TEXT_CHARS}`);
  await using speaking = await createSpeaking(config.speaking);
  const voice = invocation.valuesOf('voice').at(-1) ?? voiceOf(config, speaking, name, character, language);
  return await sayAloud(speaking, { text, voice, language });
}
