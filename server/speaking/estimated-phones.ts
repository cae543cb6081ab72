import { rms } from '../core/rms.ts';
import type { Phone, WordTiming } from '../core/speech.ts';
import { phonesFromSound, phonesPlacedBySound } from '../face/lip-sync/heard-phones.ts';
import type { Synthesis } from './engine.ts';
import { coverWithPhones } from './phones.ts';
import type { Sound } from './wav.ts';
import { type SpokenMark, tokens, wordTimings } from './word-times.ts';

/**
 * Phone and word times for an engine that gives only sound: those of another reading of the same text, stretched to the
 * sound between its pauses and then placed where the sound has them; or, without any other reading, words by their letters
 * and mouths by the sound alone.
 */
export interface Reading {
  readonly phones: readonly Phone[];
  readonly words: readonly WordTiming[];
  /** Its phones are none that were said. */
  readonly isGuess?: boolean;
}

/** An engine that tells no phones, which is one that says all is silent, gets those that its sound shows. */
export function withPhones(speech: Synthesis): Synthesis {
  const { pcm, sampleRateHz, phones } = speech;
  if (pcm.length === 0 || sampleRateHz < LOWEST_HEARD_HZ || phones.some(({ symbol }) => symbol !== '')) return speech;
  return { ...speech, phones: coverWithPhones(phonesFromSound(pcm, sampleRateHz), (pcm.length * 1000) / sampleRateHz) };
}

/** `reading` in time with the sound. */
export function readingOfSound(reading: Reading, sound: Sound): Reading {
  const stretched = stretchReading(reading, sound);
  if (sound.sampleRateHz < LOWEST_HEARD_HZ) return stretched;
  if (reading.isGuess) return { phones: phonesFromSound(sound.pcm, sound.sampleRateHz), words: stretched.words };
  const placed = phonesPlacedBySound(stretched.phones, sound.pcm, sound.sampleRateHz);
  return { phones: placed, words: stretched.words.map((word) => placedWord(word, stretched.phones, placed)) };
}

/** A word lasts from its first phone to its last. */
function placedWord(word: WordTiming, before: readonly Phone[], after: readonly Phone[]): WordTiming {
  const isOfWord = ({ startMs, endMs }: Phone): boolean => {
    const middleMs = (startMs + endMs) / 2;
    return middleMs >= word.startMs && middleMs < word.endMs;
  };
  const first = after[before.findIndex(isOfWord)];
  const last = after[before.findLastIndex(isOfWord)];
  return first && last ? { ...word, startMs: first.startMs, endMs: last.endMs } : word;
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Telephone sound has too little of s and f. */
const LOWEST_HEARD_HZ = 16_000;
const FRAME_MS = 10;
const PAUSE_MS = 110;
/** A frame this far below the loudest one is silence. */
const SILENCE_RATIO = 0.035;

function stretchReading(reading: Reading, sound: Sound): Reading {
  const heard = soundingSpans(sound);
  const read = spokenSpans(reading.phones);
  const first = heard[0];
  const last = heard.at(-1);
  const readFirst = read[0];
  const readLast = read.at(-1);
  if (!first || !last || !readFirst || !readLast) return { phones: [], words: [] };
  // As many pauses in both: each stretch of speech is stretched by itself. Otherwise all of it evenly.
  const pairs: readonly (readonly [Span, Span])[] =
    heard.length === read.length
      ? read.map((span, index) => [span, heard[index] as Span] as const)
      : [
          [
            { startMs: readFirst.startMs, endMs: readLast.endMs },
            { startMs: first.startMs, endMs: last.endMs },
          ],
        ];
  const place = (ms: number): number => {
    for (const [from, to] of pairs) {
      if (ms <= from.endMs || from === pairs.at(-1)?.[0]) {
        const share = Math.min(1, Math.max(0, (ms - from.startMs) / Math.max(1, from.endMs - from.startMs)));
        return to.startMs + share * (to.endMs - to.startMs);
      }
    }
    return ms;
  };
  // A phone that begins exactly where a stretch of speech begins must not be placed at the end of the one before.
  const moved = <T extends Span>(span: T): T => {
    const endMs = place(span.endMs);
    return { ...span, startMs: Math.min(endMs, place(span.startMs + 1e-3)), endMs };
  };
  return { phones: reading.phones.filter(({ symbol }) => symbol !== '').map(moved), words: reading.words.map(moved) };
}

const LETTER_PHONES: Readonly<Record<string, string>> = {
  a: 'ɑ',
  b: 'b',
  c: 'k',
  d: 'd',
  e: 'ɛ',
  f: 'f',
  g: 'ɡ',
  h: 'h',
  i: 'ɪ',
  j: 'dʒ',
  k: 'k',
  l: 'l',
  m: 'm',
  n: 'n',
  o: 'oʊ',
  p: 'p',
  q: 'k',
  r: 'ɹ',
  s: 's',
  t: 't',
  u: 'u',
  v: 'v',
  w: 'w',
  x: 's',
  y: 'i',
  z: 'z',
};

/** One mouth per letter, equally long; scripts without a table open and close. */
export function readingFromLetters(text: string, language: string): Reading {
  const phones: Phone[] = [];
  const marks: SpokenMark[] = [];
  const letterMs = 80;
  let atMs = 0;
  for (const token of tokens(text, language)) {
    const startMs = atMs;
    const plain = text.slice(token.textStart, token.textEnd).normalize('NFKD').toLowerCase();
    for (const [index, letter] of [...plain.matchAll(/\p{L}|\p{N}/gu)].entries()) {
      const symbol = LETTER_PHONES[letter[0]] ?? (index % 2 === 0 ? 't' : 'ɑ');
      phones.push({ symbol, startMs: atMs, endMs: atMs + letterMs });
      atMs += letterMs;
    }
    if (atMs > startMs) marks.push({ textOffset: token.textStart, startMs, endMs: atMs });
    if (/[.,;:!?…،؛؟。，]["'”’)]*$/u.test(plain)) atMs += 2 * PAUSE_MS;
  }
  return { phones, words: wordTimings(text, language, marks), isGuess: true };
}

function spokenSpans(phones: readonly Phone[]): Span[] {
  const spans: { startMs: number; endMs: number }[] = [];
  for (const { symbol, startMs, endMs } of phones) {
    if (symbol === '') continue;
    const last = spans.at(-1);
    if (last && startMs - last.endMs < PAUSE_MS) last.endMs = endMs;
    else spans.push({ startMs, endMs });
  }
  return spans;
}

function soundingSpans({ pcm, sampleRateHz }: Sound): Span[] {
  const frame = Math.round((sampleRateHz * FRAME_MS) / 1000);
  const levels: number[] = [];
  for (let start = 0; start < pcm.length; start += frame) levels.push(rms(pcm, start, start + frame));
  const floor = Math.max(1, SILENCE_RATIO * Math.max(0, ...levels));
  const spans: { startMs: number; endMs: number }[] = [];
  for (const [index, level] of levels.entries()) {
    if (level < floor) continue;
    const startMs = index * FRAME_MS;
    const last = spans.at(-1);
    if (last && startMs - last.endMs < PAUSE_MS) last.endMs = startMs + FRAME_MS;
    else spans.push({ startMs, endMs: startMs + FRAME_MS });
  }
  return spans;
}
