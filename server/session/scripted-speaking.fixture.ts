import { coreError } from '../core/errors.ts';
import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { SpokenPiece, WordTiming } from '../core/speech.ts';
import type { SpeakOptions, Speaking, VoiceSummary } from '../speaking/contract.ts';

export const WORD_MS = 250;

/** A sentence as sound: every word takes WORD_MS. A piece without letters makes no sound. */
export function spoken(text: string): SpokenPiece {
  const words: WordTiming[] = [...text.matchAll(/[\p{L}\p{N}][^\s]*/gu)].map((match, index) => ({
    text: match[0],
    startMs: index * WORD_MS,
    endMs: (index + 1) * WORD_MS,
    textStart: match.index,
    textEnd: match.index + match[0].length,
  }));
  const pcm = new Int16Array((words.length * WORD_MS * SPEECH_RATE_HZ) / 1000).fill(8_000);
  const phones = words.map(({ startMs, endMs }) => ({ symbol: 'a', startMs, endMs }));
  return { text, pcm, phones, words, engine: 'scripted' };
}

const VOICES: readonly VoiceSummary[] = [
  { id: 'anna', title: 'Anna', language: 'en', engine: 'scripted', available: true },
  { id: 'ben', title: 'Ben', language: 'en', engine: 'scripted', available: true },
  { id: 'amina', title: 'Amina', language: 'ar', engine: 'scripted', available: true },
];

/** Speaks sentence by sentence. */
export class ScriptedSpeaking implements Speaking {
  readonly options: SpeakOptions[] = [];
  readonly pieces: SpokenPiece[] = [];
  /** The piece (counted over all turns, from 0) that no engine can speak. */
  failsAt = Number.POSITIVE_INFINITY;

  async *speak(text: AsyncIterable<string>, options: SpeakOptions): AsyncGenerator<SpokenPiece> {
    this.options.push(options);
    let waiting = '';
    for await (const part of text) {
      waiting += part;
      for (let end = sentenceEnd(waiting); end > 0; end = sentenceEnd(waiting)) {
        yield this.#piece(waiting.slice(0, end), options);
        waiting = waiting.slice(end);
      }
    }
    if (waiting) yield this.#piece(waiting, options);
  }

  voices(): readonly VoiceSummary[] {
    return VOICES;
  }

  defaultVoice(language: string): string {
    return VOICES.find((voice) => voice.language === language)?.id ?? 'anna';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #piece(text: string, { signal }: SpeakOptions): SpokenPiece {
    signal.throwIfAborted();
    if (this.pieces.length >= this.failsAt) throw coreError('child_unavailable', 'No engine can speak this');
    const piece = spoken(text);
    this.pieces.push(piece);
    return piece;
  }
}

const sentenceEnd = (text: string): number => (/[.!?]\s+/.exec(text)?.index ?? -1) + (/[.!?]\s+/.exec(text)?.[0].length ?? 1);
