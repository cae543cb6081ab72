import type { Phone } from '../../core/speech.ts';
import { VISEMES, type Viseme } from '../parameters.ts';
import { mouthShape } from '../visemes.ts';

/**
 * The six mouths that a viewer tells apart: lips at rest, lips pressed (p b m), lip at the teeth (f v), teeth nearly shut
 * (s z sh ch j t d th), rounded (o u w r and the vowel of "bird"), and open with unrounded lips (all other vowels, and the
 * consonants made behind open lips: n l k g h y).
 */
export const MOUTH_CLASSES = ['rest', 'closed', 'lip-teeth', 'teeth', 'rounded', 'open'] as const;
export type MouthClass = (typeof MOUTH_CLASSES)[number];

const CLASS_OF: Readonly<Record<Viseme, MouthClass>> = {
  sil: 'rest',
  PP: 'closed',
  FF: 'lip-teeth',
  TH: 'teeth',
  DD: 'teeth',
  CH: 'teeth',
  SS: 'teeth',
  RR: 'rounded',
  O: 'rounded',
  U: 'rounded',
  kk: 'open',
  nn: 'open',
  aa: 'open',
  E: 'open',
  I: 'open',
};

/** Index into MOUTH_CLASSES, by index into VISEMES. */
export const CLASS_OF_VISEME: readonly number[] = VISEMES.map((viseme) => MOUTH_CLASSES.indexOf(CLASS_OF[viseme]));

/** Which viseme (index into VISEMES) the lips show at a time, by phones with times; both halves of a diphthong have theirs. */
export function visemeAt(phones: readonly Phone[], ms: number): number {
  const phone = phones.find(({ startMs, endMs }) => ms >= startMs && ms < endMs);
  const mouth = phone && mouthShape(phone.symbol);
  if (!phone || !mouth) return VISEMES.indexOf('sil');
  const isFirst = ms < phone.startMs + (phone.endMs - phone.startMs) * mouth.share;
  return VISEMES.indexOf((isFirst ? mouth.visemes[0] : mouth.visemes.at(-1)) as Viseme);
}
