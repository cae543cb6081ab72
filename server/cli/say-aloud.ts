import type { SpokenPiece } from '../core/speech.ts';
import type { Speaking } from '../speaking/contract.ts';

/** A whole text in one voice. @throws VisavisError `synthesis_failed`, `voice_unknown` */
export async function sayAloud(speaking: Speaking, text: string, voice: string, language: string): Promise<SpokenPiece[]> {
  const whole = (async function* () {
    yield text;
  })();
  const pieces: SpokenPiece[] = [];
  for await (const piece of speaking.speak(whole, { voice, language, signal: new AbortController().signal })) pieces.push(piece);
  return pieces;
}
