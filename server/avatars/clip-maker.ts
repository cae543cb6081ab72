import type { Config } from '../core/config-schema.ts';
import type { Speaking } from '../speaking/contract.ts';
import { avatarError } from './avatar-error.ts';
import type { ClipOrder, MadeResult } from './contract.ts';
import type { DrawingProcess } from './drawing-process.ts';
import type { JobContext } from './job.ts';
import { sayAloud } from './say-aloud.ts';
import { usualSentence } from './usual-sentence.ts';

const SIZE_PX = 512;
const AT_LEAST_MS = 5_000;
const MAX_CHARS = 400;
/** How much is done when the words are sound. */
const SPOKEN_FRACTION = 0.2;

export interface ClipMakerParts {
  readonly config: Config['avatars'];
  readonly speaking: Pick<Speaking, 'speak' | 'voices' | 'defaultVoice'>;
  /** BCP 47, of clips that are asked for in none. */
  readonly language: string;
  readonly drawing: DrawingProcess;
}

export type ClipWords = Omit<ClipOrder, 'of'>;

export interface ClipPlace {
  readonly avatarsDir: string;
  readonly name: string;
  /** The film, MP4. */
  readonly path: string;
}

/** Films of avatars that say something: spoken here, drawn by the drawing process. */
export class ClipMaker {
  readonly #parts: ClipMakerParts;

  constructor(parts: ClipMakerParts) {
    this.#parts = parts;
  }

  /** @throws VisavisError `description_unusable`, `voice_unknown` */
  check({ text, voice }: ClipWords): void {
    if ((text?.length ?? 0) > MAX_CHARS) throw avatarError('description_unusable', `A clip says at most ${MAX_CHARS} characters`);
    if (voice !== undefined && !this.#parts.speaking.voices().some(({ id }) => id === voice))
      throw avatarError('voice_unknown', `There is no voice "${voice}"`);
  }

  /** @throws VisavisError `drawing_*`, what speaking throws, an abort */
  async film(
    { avatarsDir, name, path }: ClipPlace,
    { text, voice, language: wanted }: ClipWords,
    { signal, update }: JobContext<MadeResult>,
  ): Promise<void> {
    const { config, speaking, drawing } = this.#parts;
    const language = wanted ?? this.#parts.language;
    update({ stage: 'voice', fraction: 0 });
    const pieces = await sayAloud(speaking, {
      text: text?.trim() || usualSentence(language),
      voice: voice ?? speaking.defaultVoice(language),
      language,
      signal,
    });
    update({ stage: 'film', fraction: SPOKEN_FRACTION });
    const clip = { pieces, language, path, sizePx: SIZE_PX, atLeastMs: AT_LEAST_MS, emotion: 'happy' as const, seed: 1 };
    await drawing.ask({ kind: 'clip', avatarsDir, name, clip }, { timeoutMs: config.drawTimeoutMs, signal });
  }
}
