import { SPEECH_RATE_HZ } from '../core/media-time.ts';
import type { Phone, WordTiming } from '../core/speech.ts';
import type { Synthesis } from './engine.ts';
import { fadeEdges, normaliseLoudness } from './loudness.ts';
import type { MappedText } from './mapped-text.ts';
import { shiftPhones } from './phones.ts';
import { resample } from './resample.ts';
import { wordTimings } from './word-times.ts';

/**
 * Makes of an engine's raw speech what the transport plays: 24 kHz, the same level from every engine, no click at
 * either end, hardly any silence before it and behind it the pause that its punctuation asks for.
 */
export interface PieceSound {
  readonly pcm: Int16Array;
  readonly phones: readonly Phone[];
  readonly words: readonly WordTiming[];
}

const LEAD_MS = 12;
const FADE_MS = 4;
const PAUSE_MS = { paragraph: 300, sentence: 230, clause: 150, comma: 110, none: 15 };
/** A piece of nothing but signs still is one packet of silence, so that nobody has to handle empty sound. */
const SILENT_PIECE_MS = 20;
/** Below this share of the piece's peak there is no speech: HTS voices whisper noise into their pauses. */
const SPEECH_FLOOR = 0.02;

/** The pause behind a piece, by how its text ends. */
export function pauseAfterMs(text: string): number {
  if (/\n\s*\n\s*$/u.test(text)) return PAUSE_MS.paragraph;
  const last = text.replace(/[\s\p{Extended_Pictographic}\p{Variation_Selector}"'”’»)\]}」』）】*_`~]+$/u, '').at(-1) ?? '';
  if (/[.!?…。！？؟۔।॥։]/u.test(last)) return PAUSE_MS.sentence;
  if (/[;:؛；：—–]/u.test(last)) return PAUSE_MS.clause;
  if (/[,،、，]/u.test(last)) return PAUSE_MS.comma;
  return /\n\s*$/u.test(text) ? PAUSE_MS.sentence : PAUSE_MS.none;
}

/** `shown` is the piece's text, `said` what the engine was given of it. */
export function pieceSound(shown: string, said: MappedText, language: string, speech: Synthesis, loudnessDb: number): PieceSound {
  const sourceMs = (speech.pcm.length * 1000) / speech.sampleRateHz;
  const heard = speechExtent(speech, sourceMs);
  if (!heard) return silentPiece();
  const fromMs = Math.max(0, heard.startMs - LEAD_MS);
  const pauseMs = pauseAfterMs(shown);
  const fromSample = Math.floor((fromMs * speech.sampleRateHz) / 1000);
  // Up to the pause's length the voice's own fading is kept; the rest is silence.
  const toSample = Math.min(speech.pcm.length, Math.ceil(((heard.endMs + Math.min(pauseMs, 60)) * speech.sampleRateHz) / 1000));
  const voiced = resample(speech.pcm.subarray(fromSample, toSample), speech.sampleRateHz, SPEECH_RATE_HZ);
  normaliseLoudness(voiced, SPEECH_RATE_HZ, loudnessDb);
  const fade = Math.round((FADE_MS * SPEECH_RATE_HZ) / 1000);
  const tail = voiced.length - Math.round(((heard.endMs - fromMs) * SPEECH_RATE_HZ) / 1000);
  fadeEdges(voiced, fade, Math.max(fade, Math.min(tail, voiced.length)));

  const length = Math.max(voiced.length, Math.round(((heard.endMs - fromMs + pauseMs) * SPEECH_RATE_HZ) / 1000));
  const pcm = new Int16Array(length);
  for (let i = 0; i < voiced.length; i++) pcm[i] = Math.max(-32_768, Math.min(32_767, Math.round(voiced[i] as number)));
  const durationMs = (length * 1000) / SPEECH_RATE_HZ;
  const phones = shiftPhones(speech.phones, fromMs, durationMs);
  const marks = speech.words.map((word) => ({
    textOffset: said.sourceOffsets[word.textStart + leadingSigns(word.text)] ?? shown.length,
    startMs: Math.max(0, word.startMs - fromMs),
    endMs: Math.min(durationMs, word.endMs - fromMs),
  }));
  return { pcm, phones, words: wordTimings(shown, language, marks) };
}

/** A word may begin with quotes or a dash that has joined it; its place in the shown text is that of its first letter. */
const leadingSigns = (word: string): number => Math.max(0, word.search(/[\p{L}\p{N}]/u));

/** From the first to the last sound of speech: where both the phones and the level say so, the wider of the two. */
function speechExtent({ pcm, sampleRateHz, phones }: Synthesis, durationMs: number): { startMs: number; endMs: number } | undefined {
  let peak = 0;
  for (const sample of pcm) peak = Math.max(peak, Math.abs(sample));
  if (peak < 8) return undefined;
  const floor = peak * SPEECH_FLOOR;
  const loudStart = (pcm.findIndex((sample) => Math.abs(sample) > floor) * 1000) / sampleRateHz;
  const loudEnd = ((pcm.findLastIndex((sample) => Math.abs(sample) > floor) + 1) * 1000) / sampleRateHz;
  const spoken = phones.filter(({ symbol }) => symbol !== '');
  return {
    startMs: Math.max(0, Math.min(loudStart, spoken[0]?.startMs ?? loudStart)),
    endMs: Math.min(durationMs, Math.max(loudEnd, spoken.at(-1)?.endMs ?? loudEnd)),
  };
}

export function silentPiece(): PieceSound {
  return {
    pcm: new Int16Array((SILENT_PIECE_MS * SPEECH_RATE_HZ) / 1000),
    phones: [{ symbol: '', startMs: 0, endMs: SILENT_PIECE_MS }],
    words: [],
  };
}
