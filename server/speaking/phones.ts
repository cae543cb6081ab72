import type { Phone } from '../core/speech.ts';

/**
 * Engines name phones each in their own way; the face knows IPA. A symbol is one phone as the face moves for it: a
 * diphthong (`aɪ`) or an affricate (`tʃ`) is one symbol, without tie bars, length or stress marks; silence is ''.
 */
export const IPA_OF_ARPABET: Readonly<Record<string, string>> = {
  aa: 'ɑ',
  ae: 'æ',
  ah: 'ʌ',
  ao: 'ɔ',
  aw: 'aʊ',
  ax: 'ə',
  axr: 'ɚ',
  ay: 'aɪ',
  b: 'b',
  ch: 'tʃ',
  d: 'd',
  dh: 'ð',
  dx: 'ɾ',
  eh: 'ɛ',
  el: 'l',
  em: 'm',
  en: 'n',
  er: 'ɝ',
  ey: 'eɪ',
  f: 'f',
  g: 'ɡ',
  hh: 'h',
  hv: 'h',
  ih: 'ɪ',
  iy: 'i',
  jh: 'dʒ',
  k: 'k',
  l: 'l',
  m: 'm',
  n: 'n',
  ng: 'ŋ',
  nx: 'n',
  ow: 'oʊ',
  oy: 'ɔɪ',
  p: 'p',
  r: 'ɹ',
  s: 's',
  sh: 'ʃ',
  t: 't',
  th: 'θ',
  uh: 'ʊ',
  uw: 'u',
  v: 'v',
  w: 'w',
  y: 'j',
  z: 'z',
  zh: 'ʒ',
  pau: '',
  sil: '',
  ssil: '',
  'h#': '',
  brth: '',
};

/** Phones of Festival's and flite's US English voices. An unknown one counts as silence rather than as a wrong mouth. */
export const ipaOfArpabet = (name: string): string => IPA_OF_ARPABET[name.toLowerCase()] ?? '';

/** IPA as espeak-ng writes it (`ˈɛː`, `t͡ʃ`, `_:`), reduced to a plain symbol. */
export function plainIpa(written: string): string {
  const symbol = written
    .normalize('NFD')
    // Palatal ç is a letter of its own, not a c with a mark.
    .replace(/c\u0327/gu, 'ç')
    // Emphatic consonants (Arabic) are others to the mouth.
    .replace(/[^\p{Ll}\p{Lo}\p{Lu}ˤ]/gu, '')
    .replace(/g/g, 'ɡ');
  return symbol;
}

/** Makes phones touch: sorted, no overlap, first at 0, last at the end, neighbouring silences joined, no empty ones. */
export function coverWithPhones(phones: readonly Phone[], durationMs: number): Phone[] {
  const covering: Phone[] = [];
  let atMs = 0;
  const append = (phone: Phone) => {
    if (phone.endMs <= phone.startMs) return;
    const last = covering.at(-1);
    if (last && last.symbol === '' && phone.symbol === '') covering[covering.length - 1] = { ...last, endMs: phone.endMs };
    else covering.push(phone);
    atMs = phone.endMs;
  };
  for (const phone of [...phones].sort((a, b) => a.startMs - b.startMs)) {
    const startMs = Math.max(phone.startMs, atMs);
    if (startMs > atMs) append({ symbol: '', startMs: atMs, endMs: Math.min(startMs, durationMs) });
    append({ ...phone, startMs: atMs, endMs: Math.min(phone.endMs, durationMs) });
  }
  if (atMs < durationMs) append({ symbol: '', startMs: atMs, endMs: durationMs });
  return covering;
}

/** Moves times by `-fromMs` and keeps what lies within `durationMs`. */
export function shiftPhones(phones: readonly Phone[], fromMs: number, durationMs: number): Phone[] {
  const shifted = phones.map((phone) => ({
    ...phone,
    startMs: Math.max(0, phone.startMs - fromMs),
    endMs: Math.min(durationMs, phone.endMs - fromMs),
  }));
  return coverWithPhones(shifted, durationMs);
}
