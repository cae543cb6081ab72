import type { SpokenPiece } from '../core/speech.ts';
import type { Speaking } from '../speaking/contract.ts';

export interface Aloud {
  readonly text: string;
  readonly voice: string;
  /** BCP 47 */
  readonly language: string;
  readonly signal?: AbortSignal;
}

/** A whole text in one voice. @throws VisavisError `synthesis_failed`, `voice_unknown`, an abort */
export async function sayAloud(
  speaking: Pick<Speaking, 'speak'>,
  { text, voice, language, signal = new AbortController().signal }: Aloud,
): Promise<SpokenPiece[]> {
  const whole = (async function* () {
    yield text;
  })();
  const pieces: SpokenPiece[] = [];
  for await (const piece of speaking.speak(whole, { voice, language, signal })) pieces.push(piece);
  return pieces;
}
