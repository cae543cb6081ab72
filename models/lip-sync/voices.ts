import { IPA_OF_ARPABET } from '../../server/speaking/phones.ts';

/**
 * The voices that the network learns from, each with exactly known phone times. Those of Festival and flite are built from
 * recorded people; espeak-ng's are rules, in many timbres. A voice that is not installed is left out, and its sound missed.
 */
export interface TeacherVoice {
  readonly engine: 'festival' | 'flite' | 'espeak';
  /** The engine's own name for it. */
  readonly name: string;
  readonly says: 'english' | 'nonsense';
  readonly texts: number;
}

const festival = (name: string, says: TeacherVoice['says'], texts: number): TeacherVoice => ({ engine: 'festival', name, says, texts });
const flite = (name: string): TeacherVoice => ({ engine: 'flite', name, says: 'english', texts: 240 });
const espeak = (name: string, says: TeacherVoice['says'], texts: number): TeacherVoice => ({ engine: 'espeak', name, says, texts });

const ENGLISH_TIMBRES = ['m1', 'm3', 'm5', 'm7', 'f1', 'f2', 'f4', 'f5', 'klatt2', 'klatt4', 'croak', 'whisper', 'grandpa', 'linda'];
const LANGUAGES = ['es', 'de', 'fr-fr', 'it', 'pt-br', 'pl', 'tr', 'nl', 'sv', 'fi'];
const TIMBRES = ['m2', 'f3', 'klatt', 'm4', 'f2'];

export const TEACHERS: readonly TeacherVoice[] = [
  festival('cmu_us_slt_arctic_hts', 'english', 300),
  festival('kal_diphone', 'english', 300),
  festival('ked_diphone', 'english', 300),
  flite('slt'),
  flite('rms'),
  flite('awb'),
  ...[
    'lp_diphone',
    'pc_diphone',
    'hy_fi_mv_diphone',
    'suo_fi_lj_diphone',
    'czech_ph',
    'czech_dita',
    'czech_machac',
    'czech_krb',
    'upc_ca_ona_hts',
    'msu_ru_nsh_clunits',
  ].map((name) => festival(name, 'nonsense', 60)),
  ...ENGLISH_TIMBRES.map((timbre) => espeak(`en-us+${timbre}`, 'english', 40)),
  ...LANGUAGES.map((language, i) => espeak(`${language}+${TIMBRES[i % TIMBRES.length]}`, 'nonsense', 40)),
];

/** Phone names of Festival's voices that neither IPA nor ARPAbet knows, as the face knows them. */
const FESTIVAL_PHONES: Readonly<Record<string, string>> = {
  '#': '',
  '##': '',
  _: '',
  E: 'ɛ',
  O: 'ɔ',
  S: 'ʃ',
  Z: 'ʒ',
  T: 'θ',
  D: 'ð',
  J: 'ɲ',
  L: 'ʎ',
  N: 'ŋ',
  nf: 'ɱ',
  tS: 'tʃ',
  dZ: 'dʒ',
  rr: 'r',
  '@': 'ə',
  '7': 'ø',
  '&': 'æ',
};
const CZECH_PHONES: Readonly<Record<string, string>> = {
  ch: 'x',
  c: 'ts',
  'c~': 'tʃ',
  'd~': 'ɟ',
  'dz~': 'dʒ',
  'n*': 'ŋ',
  'n~': 'ɲ',
  'r~': 'ʒ',
  'r~*': 'ʃ',
  's~': 'ʃ',
  't~': 'c',
  'z~': 'ʒ',
};
const RUSSIAN_PHONES: Readonly<Record<string, string>> = {
  y: 'ɨ',
  ae: 'ə',
  ay: 'ə',
  ur: 'ə',
  c: 'ts',
  ch: 'tʃ',
  sh: 'ʃ',
  sch: 'ʃ',
  zh: 'ʒ',
  h: 'x',
};

/** A symbol that `mouthShape` of the face understands. */
export function phoneOfFestival(voice: string, name: string): string {
  if (/^(cmu_us|kal|ked)/.test(voice)) return IPA_OF_ARPABET[name] ?? '';
  if (voice.startsWith('czech')) return CZECH_PHONES[name] ?? plain(name);
  // Soft consonants and stressed vowels are written twice.
  if (voice.startsWith('msu_ru')) {
    const single = name.replace(/^(.)\1$/, '$1');
    return RUSSIAN_PHONES[single] ?? plain(single);
  }
  return plain(name);
}

function plain(name: string): string {
  const known = FESTIVAL_PHONES[name];
  if (known !== undefined) return known;
  const bare = name.replace(/[:0-9]/g, '');
  return FESTIVAL_PHONES[bare] ?? bare;
}
