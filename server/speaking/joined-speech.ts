import type { Phone } from '../core/speech.ts';
import { coverWithPhones } from './phones.ts';
import { SentenceCutter } from './sentences.ts';

/** Engines that cannot stop within an utterance speak a long text sentence by sentence, so that an abort is soon obeyed. */
export interface Sentence {
  readonly text: string;
  /** Where it begins in the whole text. */
  readonly textStart: number;
}

export interface SpeechPart {
  readonly pcm: Int16Array;
  readonly sampleRateHz: number;
  readonly phones: readonly Phone[];
}

/** The sentences of a Latin text that hold anything to say. */
export function sentencesOf(text: string, maxChars: number): Sentence[] {
  const cutter = new SentenceCutter({ maxPieceChars: maxChars, firstClause: false });
  const sentences: Sentence[] = [];
  let textStart = 0;
  for (const sentence of [...cutter.push(text), ...cutter.end()]) {
    if (/[A-Za-z0-9]/.test(sentence)) sentences.push({ text: sentence, textStart });
    textStart += sentence.length;
  }
  return sentences;
}

/** Parts one after the other, all of one rate; without any, no sound at `emptyRateHz`. */
export function joinedSpeech(parts: readonly SpeechPart[], emptyRateHz: number): SpeechPart {
  const sampleRateHz = parts[0]?.sampleRateHz ?? emptyRateHz;
  const pcm = new Int16Array(parts.reduce((length, part) => length + part.pcm.length, 0));
  const phones: Phone[] = [];
  let at = 0;
  for (const part of parts) {
    const startMs = (at * 1000) / sampleRateHz;
    const lengthMs = (part.pcm.length * 1000) / sampleRateHz;
    pcm.set(part.pcm, at);
    for (const phone of coverWithPhones(part.phones, lengthMs))
      phones.push({ ...phone, startMs: phone.startMs + startMs, endMs: phone.endMs + startMs });
    at += part.pcm.length;
  }
  return { pcm, sampleRateHz, phones: coverWithPhones(phones, (pcm.length * 1000) / sampleRateHz) };
}
